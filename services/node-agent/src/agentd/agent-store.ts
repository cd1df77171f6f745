// What agentd keeps: its identity key, the pinned root key, the newest keyset, the last witnessed checkpoint, and how far
// it has read the host's logs. One folder, its own; it can be moved for observing as an ordinary user.
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { signedEpoch, signedKeyset } from '@muster/contracts/agent';
import type { Keyset, SignedEpoch, SignedKeyset } from '@muster/contracts/agent';
import { importSigningKey } from '@muster/kernel/signing';
import type { SigningKey } from '@muster/kernel/signing';
import { z } from 'zod';
import { readIfPresent, writeFileAtomically } from '../host/files.ts';
import type { KeysetMemory } from '../link/link.ts';
import type { SeenCheckpoint, WitnessMemory } from '../link/witness.ts';
import { openKeyset } from '../trust/keyset.ts';
import { isRefusal } from '../trust/refusal.ts';

const agentFile = z.strictObject({
  v: z.literal(1),
  server: z.uuid(),
  name: z.string(),
  controlPlane: z.string(),
  rootKey: z.string(),
  fingerprint: z.string(),
  observeOnly: z.boolean(),
  enrolledAt: z.string(),
});
export type AgentFile = z.infer<typeof agentFile>;

const seen = z.strictObject({ origin: z.string(), size: z.number(), root: z.string() });

const cursors = z.strictObject({
  /** Last `timeofban` taken from fail2ban's database. */
  history: z.number().default(0),
  repairs: z.record(z.string(), z.number()).default({}),
});
export type Cursors = z.infer<typeof cursors>;

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export class AgentStore implements KeysetMemory {
  readonly folder: string;
  readonly enrolment: AgentFile;
  readonly key: SigningKey;
  readonly witness: WitnessMemory;
  #keyset: Keyset | undefined;
  cursors: Cursors;

  private constructor(
    folder: string,
    enrolment: AgentFile,
    key: SigningKey,
    keyset: Keyset | undefined,
    read: Cursors,
  ) {
    this.folder = folder;
    this.enrolment = enrolment;
    this.key = key;
    this.#keyset = keyset;
    this.cursors = read;
    const path = join(folder, 'witness.json');
    const epochPath = join(folder, 'epoch.json');
    this.witness = {
      load: async () => {
        const text = await readIfPresent(path);
        return text === undefined ? undefined : seen.parse(JSON.parse(text));
      },
      save: (checkpoint: SeenCheckpoint) => writeFileAtomically(path, JSON.stringify(checkpoint), { mode: 0o600 }),
      loadEpoch: async () => {
        const text = await readIfPresent(epochPath);
        return text === undefined ? undefined : signedEpoch.parse(JSON.parse(text));
      },
      saveEpoch: (epoch: SignedEpoch) => writeFileAtomically(epochPath, JSON.stringify(epoch), { mode: 0o600 }),
    };
  }

  static async enrolmentIn(folder: string): Promise<AgentFile | undefined> {
    const text = await readIfPresent(join(folder, 'agent.json'));
    return text === undefined ? undefined : agentFile.parse(JSON.parse(text));
  }

  static async open(folder: string): Promise<AgentStore> {
    const enrolment = await AgentStore.enrolmentIn(folder);
    const key = await readIfPresent(join(folder, 'identity.pem'));
    if (enrolment === undefined || key === undefined)
      throw new Error(`${folder} holds no enrolment; run: muster-agent enrol`);
    const held = await readIfPresent(join(folder, 'keyset.json'));
    const keyset = held === undefined ? undefined : openKeyset(signedKeyset.parse(JSON.parse(held)), enrolment.rootKey);
    if (isRefusal(keyset)) throw new Error(`${folder}/keyset.json: ${keyset.reason}`);
    const read = cursors.parse(JSON.parse((await readIfPresent(join(folder, 'cursors.json'))) ?? '{}'));
    return new AgentStore(folder, enrolment, importSigningKey(key), keyset, read);
  }

  static async create(folder: string, enrolment: AgentFile, keyset: SignedKeyset, owner?: Owner): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    await writeFileAtomically(join(folder, 'keyset.json'), JSON.stringify(keyset), { mode: 0o600, ...owner });
    await writeFileAtomically(join(folder, 'agent.json'), JSON.stringify(enrolment, null, 2), {
      mode: 0o600,
      ...owner,
    });
  }

  get current(): Keyset | undefined {
    return this.#keyset;
  }

  async save(signed: SignedKeyset, keyset: Keyset): Promise<void> {
    await writeFileAtomically(join(this.folder, 'keyset.json'), JSON.stringify(signed), { mode: 0o600 });
    this.#keyset = keyset;
  }

  saveCursors(): Promise<void> {
    return writeFileAtomically(join(this.folder, 'cursors.json'), JSON.stringify(this.cursors), { mode: 0o600 });
  }
}
