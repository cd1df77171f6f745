// What agentd keeps: its identity keys, the pinned root key, the newest keyset, the last witnessed checkpoint, and how far
// it has read the host's logs. One folder, its own; it can be moved for observing as an ordinary user.
import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { keySuccession, signedEpoch, signedKeyset } from '@muster/contracts/agent';
import type { KeySuccession, Keyset, SignedEpoch, SignedKeyset } from '@muster/contracts/agent';
import { exportSigningKey, importSigningKey } from '@muster/kernel/signing';
import { z } from 'zod';
import { readIfPresent, writeFileAtomically } from '../host/files.ts';
import type { HeldKeys, KeyMemory, NextKey } from '../link/identity-keys.ts';
import type { KeysetMemory } from '../link/options.ts';
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

/** A key that the control plane may have seen already: it is kept until it is the present one. */
const nextKeyFile = z.strictObject({
  v: z.literal(1),
  key: z.string(),
  succession: keySuccession,
  fingerprint: z.string(),
});
const successionsFile = z.strictObject({ v: z.literal(1), successions: z.array(keySuccession) });

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

export class AgentStore implements KeysetMemory, KeyMemory {
  readonly folder: string;
  readonly enrolment: AgentFile;
  readonly keys: HeldKeys;
  readonly witness: WitnessMemory;
  #keyset: Keyset | undefined;
  cursors: Cursors;

  private constructor(folder: string, enrolment: AgentFile, keys: HeldKeys, keyset: Keyset | undefined, read: Cursors) {
    this.folder = folder;
    this.enrolment = enrolment;
    this.keys = keys;
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
    const found = await AgentStore.enrolmentIn(folder);
    if (found === undefined) throw new Error(`${folder} holds no enrolment; run: muster-agent enrol`);
    const enrolment = await finishReplacing(folder, found);
    const keys = await heldKeys(folder);
    const held = await readIfPresent(join(folder, 'keyset.json'));
    const keyset = held === undefined ? undefined : openKeyset(signedKeyset.parse(JSON.parse(held)), enrolment.rootKey);
    if (isRefusal(keyset)) throw new Error(`${folder}/keyset.json: ${keyset.reason}`);
    const read = cursors.parse(JSON.parse((await readIfPresent(join(folder, 'cursors.json'))) ?? '{}'));
    return new AgentStore(folder, enrolment, keys, keyset, read);
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

  keepNext({ key, succession, fingerprint }: NextKey): Promise<void> {
    const kept: z.output<typeof nextKeyFile> = { v: 1, key: exportSigningKey(key), succession, fingerprint };
    return writeFileAtomically(join(this.folder, 'identity-next.json'), JSON.stringify(kept), { mode: 0o600 });
  }

  /** The next key's own file goes last: until then `open` finds what is left to do. */
  async replace(next: NextKey, successions: readonly KeySuccession[]): Promise<void> {
    const how = JSON.stringify({ v: 1, successions });
    await writeFileAtomically(join(this.folder, 'successions.json'), how, { mode: 0o600 });
    await writeFileAtomically(join(this.folder, 'identity.pem'), exportSigningKey(next.key), { mode: 0o600 });
    await finishReplacing(this.folder, this.enrolment);
  }

  saveCursors(): Promise<void> {
    return writeFileAtomically(join(this.folder, 'cursors.json'), JSON.stringify(this.cursors), { mode: 0o600 });
  }
}

async function nextKeyIn(folder: string): Promise<NextKey | undefined> {
  const text = await readIfPresent(join(folder, 'identity-next.json'));
  if (text === undefined) return undefined;
  const { key, succession, fingerprint } = nextKeyFile.parse(JSON.parse(text));
  return { key: importSigningKey(key), succession, fingerprint };
}

async function heldKeys(folder: string): Promise<HeldKeys> {
  const [pem, kept] = await Promise.all([
    readIfPresent(join(folder, 'identity.pem')),
    readIfPresent(join(folder, 'successions.json')),
  ]);
  if (pem === undefined) throw new Error(`${folder} holds no enrolment; run: muster-agent enrol`);
  const current = importSigningKey(pem);
  const successions = kept === undefined ? [] : successionsFile.parse(JSON.parse(kept)).successions;
  return {
    current,
    next: await nextKeyIn(folder),
    // Written before the key that they lead to.
    successions: successions.slice(
      0,
      successions.findLastIndex(({ statement }) => statement.newKey === current.publicKey) + 1,
    ),
  };
}

/** Where the next key is the present one already, what `muster-agent status` shows follows it. */
async function finishReplacing(folder: string, enrolment: AgentFile): Promise<AgentFile> {
  const [pem, next] = await Promise.all([readIfPresent(join(folder, 'identity.pem')), nextKeyIn(folder)]);
  if (pem === undefined || next === undefined) return enrolment;
  if (importSigningKey(pem).publicKey !== next.key.publicKey) return enrolment;
  const followed: AgentFile = { ...enrolment, fingerprint: next.fingerprint };
  await writeFileAtomically(join(folder, 'agent.json'), JSON.stringify(followed, null, 2), { mode: 0o600 });
  await rm(join(folder, 'identity-next.json'), { force: true });
  return followed;
}
