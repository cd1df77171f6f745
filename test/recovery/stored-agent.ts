// A server whose agent keeps its keys as a real one does: agentd's own folder, the root helper's own folder with the host
// key, the real link between them and the control plane. Only what tasks change is invented. It can die at a given moment,
// and is started again from what is on disk.
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ToAgent } from '@muster/contracts/agent';
import { systemClock } from '@muster/kernel/clock';
import { exportSigningKey, generateSigningKey } from '@muster/kernel/signing';
import { AgentStore } from '../../services/node-agent/src/agentd/agent-store.ts';
import {
  enrol,
  IdentityKeys,
  Link,
  MemorySpool,
  webSocketTransport,
  Witness,
  type KeyMemory,
  type Transport,
} from '../../services/node-agent/src/link/index.ts';
import { HostStore, ensureSealingKey } from '../../services/node-agent/src/privd/host-store.ts';
import { fingerprintOfKeys } from '../../services/node-agent/src/trust/fingerprint.ts';
import { machineHashOf, type SimulatedIdentity } from '../fleet/identity.ts';
import { SimulatedHost } from '../fleet/simulated-host.ts';

/** Moments in the replacement of a key at which a machine may lose its power. */
export const DEATHS = [
  'before the next key is kept',
  'before the next key is shown',
  'before the welcome is heard',
  'after successions.json',
  'after identity.pem',
  'after agent.json',
] as const;
export type Death = (typeof DEATHS)[number];

/** In the order in which they are written when the next key becomes the present one. */
const WRITTEN = ['successions.json', 'identity.pem', 'agent.json', 'identity-next.json'] as const;
const never = new Promise<never>(() => undefined);

export class StoredAgent {
  readonly folder: string;
  readonly name: string;
  readonly url: string;
  readonly host: SimulatedHost;
  readonly identity: SimulatedIdentity;
  readonly observeOnly: boolean;
  readonly said: string[] = [];
  link: Link | undefined;
  died: Death | undefined;

  private constructor(folder: string, url: string, identity: SimulatedIdentity, observeOnly: boolean) {
    this.folder = folder;
    this.name = identity.name;
    this.url = url;
    this.identity = identity;
    this.observeOnly = observeOnly;
    this.host = new SimulatedHost(identity);
  }

  static async enrolled(
    folder: string,
    name: string,
    { controlPlane, token, dials = controlPlane, observeOnly = false }: Enrolment,
  ): Promise<StoredAgent> {
    const [agentKey, hostKey] = [generateSigningKey(), generateSigningKey()];
    await mkdir(join(folder, 'agent'), { recursive: true });
    await mkdir(join(folder, 'privd'), { recursive: true });
    const sealingKey = observeOnly ? null : await ensureSealingKey(join(folder, 'privd/sealing-key.pem'));
    const { answer, rootKey } = await enrol({
      controlPlane,
      token,
      keys: { agentKey, hostKey: observeOnly ? null : hostKey.publicKey, sealingKey },
      hostname: name,
      machineHash: machineHashOf(name),
      agentVersion: '0.1.0',
      offers: ['inventory', 'bans'],
      observeOnly,
      simulated: true,
    });
    const { server, keyset, fingerprint } = answer;
    await HostStore.create(
      join(folder, 'privd'),
      { v: 1, server, rootKey, controlPlane, controlPlaneAddresses: [] },
      exportSigningKey(hostKey),
      keyset,
    );
    await writeFile(join(folder, 'agent/identity.pem'), exportSigningKey(agentKey), { mode: 0o600 });
    const enrolledAt = new Date().toISOString();
    await AgentStore.create(
      join(folder, 'agent'),
      { v: 1, server, name, controlPlane, rootKey, fingerprint, observeOnly, enrolledAt },
      keyset,
    );
    const identity = { name, server, agentKey, hostKey, rootKey, machineHash: machineHashOf(name), keyset };
    return new StoredAgent(folder, dials, identity, observeOnly);
  }

  /** What is on disk now. */
  store(): Promise<AgentStore> {
    return AgentStore.open(join(this.folder, 'agent'));
  }

  async start(dies?: Death): Promise<void> {
    const store = await this.store();
    const privd = await HostStore.open(join(this.folder, 'privd'));
    const keys = new IdentityKeys(store.keys, {
      memory: this.#dying(store, dies),
      endorse: (statement) =>
        this.observeOnly
          ? Promise.resolve({ signature: null, fingerprint: fingerprintOfKeys([statement.newKey]) })
          : privd.endorse(statement),
    });
    const { server, rootKey, machineHash } = this.identity;
    const transport = webSocketTransport(this.url);
    this.link = new Link({
      identity: { server, keys, rootKey, machineHash, bootId: 'one boot', agentVersion: '0.1.0' },
      transport: dies === 'before the welcome is heard' ? this.#deafOnce(transport, keys) : transport,
      tasks: this.host,
      spool: new MemorySpool(Date.now()),
      witness: await Witness.open(store.witness, keys, rootKey),
      keysets: store,
      clock: systemClock,
      load: () => 0,
      random: () => 0,
      log: (message, fields) => this.said.push(`${message} ${JSON.stringify(fields ?? {})}`),
    });
    this.link.start();
  }

  get connected(): boolean {
    return this.link?.ready ?? false;
  }

  stop(): void {
    this.link?.stop();
    this.link = undefined;
  }

  #dying(store: AgentStore, dies: Death | undefined): KeyMemory {
    return {
      keepNext: async (next) => {
        if (dies === 'before the next key is kept') return this.#dead(dies);
        await store.keepNext(next);
        if (dies === 'before the next key is shown') return this.#dead(dies);
      },
      replace: async (next, successions) => {
        const last = WRITTEN.findIndex((file) => dies === `after ${file}`);
        if (last < 0) return store.replace(next, successions);
        // What is written after that moment is put back to what it was.
        const before = join(this.folder, 'before');
        await cp(join(this.folder, 'agent'), before, { recursive: true });
        await store.replace(next, successions);
        for (const file of WRITTEN.slice(last + 1)) await cp(join(before, file), join(this.folder, 'agent', file));
        await rm(before, { recursive: true });
        if (dies !== undefined) return this.#dead(dies);
      },
    };
  }

  #deafOnce(transport: Transport, keys: IdentityKeys): Transport {
    return {
      open: ({ onText, onClose }) =>
        transport.open({
          onClose,
          onText: (text) => {
            const isWelcome = (JSON.parse(text) as ToAgent).t === 'welcome';
            if (isWelcome && keys.next !== undefined) void this.#dead('before the welcome is heard');
            else if (this.died === undefined) onText(text);
          },
        }),
    };
  }

  #dead(moment: Death): Promise<never> {
    this.died = moment;
    this.stop();
    return never;
  }
}

export interface Enrolment {
  readonly controlPlane: string;
  readonly token: string;
  /** Another address for the link. */
  readonly dials?: string;
  readonly observeOnly?: boolean;
}
