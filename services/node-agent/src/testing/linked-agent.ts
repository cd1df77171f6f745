// An agent's real link, dialled over a real socket to a gateway that does as it is told: what specs about the link begin with.
import { systemClock } from '@muster/kernel/clock';
import { generateSigningKey } from '@muster/kernel/signing';
import { IdentityKeys } from '../link/identity-keys.ts';
import { KeysetInMemory, WitnessInMemory } from '../link/in-memory.ts';
import { Link } from '../link/link.ts';
import { MemorySpool } from '../link/spool.ts';
import type { Spool } from '../link/spool.ts';
import { NO_EVENTS } from '../link/task-handler.ts';
import type { TaskHandler } from '../link/task-handler.ts';
import { webSocketTransport } from '../link/transport.ts';
import { Witness } from '../link/witness.ts';
import { TestControlPlane } from './control-plane.ts';
import { TestGateway } from './gateway.ts';

/** Of a machine id, in hex. */
export const MACHINE_HASH = 'a'.repeat(64);

export interface AgentOptions {
  readonly tasks?: TaskHandler;
  readonly spool?: Spool;
  readonly memory?: WitnessInMemory;
  /** The key that was pinned; the control plane's own when absent. */
  readonly rootKey?: string;
}

export interface LinkedAgent {
  readonly link: Link;
  /** What it logged, each with its fields as JSON. */
  readonly said: readonly string[];
}

/** A control plane's end of the wire, and the agents that dial it. */
export class LinkUnderTest {
  readonly plane = new TestControlPlane();
  readonly gateway = new TestGateway(this.plane);
  readonly agentKey = generateSigningKey();
  readonly #links: Link[] = [];
  #url = '';

  static async open(): Promise<LinkUnderTest> {
    const opened = new LinkUnderTest();
    opened.#url = await opened.gateway.listen();
    return opened;
  }

  /** Where the gateway listens. */
  get url(): string {
    return this.#url;
  }

  async connect(options: AgentOptions = {}): Promise<LinkedAgent> {
    const { plane, agentKey } = this;
    const said: string[] = [];
    this.gateway.agentKey = agentKey.publicKey;
    const link = new Link({
      identity: {
        server: plane.server,
        keys: new IdentityKeys({ current: agentKey }),
        rootKey: options.rootKey ?? plane.root.publicKey,
        machineHash: MACHINE_HASH,
        bootId: 'boot',
        agentVersion: '0.1.0',
      },
      transport: webSocketTransport(this.url),
      tasks: options.tasks ?? taskHandler(),
      spool: options.spool ?? new MemorySpool(),
      witness: await Witness.open(options.memory ?? new WitnessInMemory(), { current: agentKey }, plane.root.publicKey),
      keysets: new KeysetInMemory(),
      clock: systemClock,
      load: () => 0.5,
      random: () => 0,
      log: (message, fields) => said.push(`${message} ${JSON.stringify(fields ?? {})}`),
    });
    this.#links.push(link);
    link.start();
    return { link, said };
  }

  async close(): Promise<void> {
    for (const link of this.#links.splice(0)) link.stop();
    await this.gateway.close();
  }
}

/** A root helper that takes every task and has done none. */
export function taskHandler(changes: Partial<TaskHandler> = {}): TaskHandler {
  return {
    events: NO_EVENTS,
    state: () => Promise.resolve({ seen: { guard: 4 }, openTasks: [] }),
    submit: () => Promise.resolve({ state: 'received' }),
    cancel: () => Promise.resolve({ state: 'too-late' }),
    receipts: () => Promise.resolve([]),
    acknowledged: () => Promise.resolve(),
    journal: () => Promise.resolve({ entries: [], next: null }),
    keyset: () => Promise.resolve(),
    ...changes,
  };
}

/** Throws when it does not hold within four seconds. */
export async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  if (!holds()) throw new Error('what was waited for did not come within four seconds');
}
