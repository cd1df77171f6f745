// The agent as a witness of the ledger: accepts a checkpoint only when the ledger key signed it and it extends the last one
// accepted, remembers it, and co-signs. A fork or a shrink is never accepted and raises an alarm.
import type { FromAgent, Keyset, ToAgent } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { fromHex, toHex } from '@muster/kernel/bytes';
import { parseSignedNote, verifySignedNote } from '@muster/kernel/checkpoint';
import type { SignedNote } from '@muster/kernel/checkpoint';
import { sha256 } from '@muster/kernel/hashing';
import { verifyConsistency } from '@muster/kernel/merkle';
import { publicKeyObject, signFor } from '@muster/kernel/signing';
import type { SigningKey } from '@muster/kernel/signing';
import { verify } from 'node:crypto';

export interface SeenCheckpoint {
  readonly origin: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly root: string;
}

export interface WitnessMemory {
  load(): Promise<SeenCheckpoint | undefined>;
  /** On disk when it resolves: a witness that forgets could be shown another past. */
  save(seen: SeenCheckpoint): Promise<void>;
}

type Shown = NonNullable<Extract<ToAgent, { t: 'beat' }>['checkpoint']>;
export type WitnessFrame = Extract<FromAgent, { t: 'cosign' | 'fork-alarm' }>;

export class Witness {
  readonly #memory: WitnessMemory;
  readonly #key: SigningKey;
  #seen: SeenCheckpoint | undefined;

  private constructor(memory: WitnessMemory, key: SigningKey, seen: SeenCheckpoint | undefined) {
    this.#memory = memory;
    this.#key = key;
    this.#seen = seen;
  }

  static async open(memory: WitnessMemory, key: SigningKey): Promise<Witness> {
    return new Witness(memory, key, await memory.load());
  }

  get size(): number {
    return this.#seen?.size ?? 0;
  }

  /** undefined: nothing new, or a note that is not the ledger's and so says nothing about it. */
  async judge(shown: Shown, keyset: Keyset, now: Date): Promise<WitnessFrame | undefined> {
    let note: SignedNote;
    try {
      note = parseSignedNote(shown.note);
    } catch {
      return undefined;
    }
    if (!(await isLedgers(note, keyset))) return undefined;
    const next: SeenCheckpoint = {
      origin: note.checkpoint.origin,
      size: note.checkpoint.size,
      root: toHex(note.checkpoint.root),
    };
    const seen = this.#seen;
    // A new origin is a new epoch of the log; the keyset that names it is signed by root.
    if (seen !== undefined && seen.origin === next.origin) {
      const why = whyNotExtended(seen, next, note, shown.proof);
      if (why !== undefined)
        return { t: 'fork-alarm', seenSize: seen.size, seenRoot: seen.root, note: shown.note, why };
      if (next.size === seen.size) return undefined;
    }
    await this.#memory.save(next);
    this.#seen = next;
    const statement = { ...next, time: now.toISOString() };
    return {
      t: 'cosign',
      size: next.size,
      root: next.root,
      time: statement.time,
      signature: signFor('muster/cosignature/v1', this.#key, canonicalBytes(statement)),
    };
  }
}

async function isLedgers(note: SignedNote, keyset: Keyset): Promise<boolean> {
  if (note.checkpoint.origin !== keyset.origin) return false;
  for (const key of keyset.keys) {
    if (key.use !== 'ledger' || keyset.revoked.includes(key.id)) continue;
    const publicKey = Buffer.from(key.publicKey, 'base64');
    const object = publicKeyObject(key.publicKey);
    if (
      await verifySignedNote(sha256, note, {
        publicKey,
        verify: (message, signature) => verify(null, message, object, signature),
      })
    )
      return true;
  }
  return false;
}

function whyNotExtended(
  seen: SeenCheckpoint,
  next: SeenCheckpoint,
  note: SignedNote,
  proof: readonly string[],
): string | undefined {
  if (next.size < seen.size) return `The log shrank from ${seen.size} to ${next.size}`;
  if (next.size === seen.size) return next.root === seen.root ? undefined : `Two different logs of size ${seen.size}`;
  const isExtension =
    seen.size === 0 ||
    verifyConsistency(sha256, seen.size, fromHex(seen.root), next.size, note.checkpoint.root, proof.map(fromHex));
  return isExtension ? undefined : `The log of size ${next.size} does not contain the one of size ${seen.size}`;
}
