// The agent as a witness of the ledger: accepts a checkpoint only when the ledger key signed it and it extends the last one
// accepted, remembers it, and co-signs. A fork or a shrink is never accepted and raises an alarm.
import type { EpochStatement, FromAgent, Keyset, SignedEpoch, ToAgent } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { fromHex, toHex } from '@muster/kernel/bytes';
import { parseSignedNote, verifySignedNote } from '@muster/kernel/checkpoint';
import type { SignedNote } from '@muster/kernel/checkpoint';
import { sha256 } from '@muster/kernel/hashing';
import { epochOf, sameLog } from '@muster/kernel/log-origin';
import { verifyConsistency } from '@muster/kernel/merkle';
import { publicKeyObject, signFor } from '@muster/kernel/signing';
import type { PublicKeyText } from '@muster/kernel/signing';
import { verify } from 'node:crypto';
import { openEpoch } from '../trust/epoch.ts';
import { isRefusal } from '../trust/refusal.ts';
import type { Refusal } from '../trust/refusal.ts';
import type { IdentityKeys } from './identity-keys.ts';

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
  /** The newest epoch that root stated to us. */
  loadEpoch(): Promise<SignedEpoch | undefined>;
  saveEpoch(epoch: SignedEpoch): Promise<void>;
}

type Shown = NonNullable<Extract<ToAgent, { t: 'beat' }>['checkpoint']>;
export type WitnessFrame = Extract<FromAgent, { t: 'cosign' | 'fork-alarm' }>;

interface HeldEpoch {
  readonly signed: SignedEpoch;
  readonly statement: EpochStatement;
}

export class Witness {
  readonly #memory: WitnessMemory;
  readonly #keys: Pick<IdentityKeys, 'current'>;
  readonly #rootKey: PublicKeyText;
  #seen: SeenCheckpoint | undefined;
  #epoch: HeldEpoch | undefined;

  private constructor(memory: WitnessMemory, keys: Pick<IdentityKeys, 'current'>, rootKey: PublicKeyText) {
    this.#memory = memory;
    this.#keys = keys;
    this.#rootKey = rootKey;
  }

  /** `rootKey`: the pinned one; only it can begin an epoch. */
  static async open(
    memory: WitnessMemory,
    keys: Pick<IdentityKeys, 'current'>,
    rootKey: PublicKeyText,
  ): Promise<Witness> {
    const witness = new Witness(memory, keys, rootKey);
    witness.#seen = await memory.load();
    const signed = await memory.loadEpoch();
    const statement = signed === undefined ? undefined : openEpoch(signed, rootKey);
    if (isRefusal(statement)) throw new Error(`the kept epoch does not count: ${statement.reason}`);
    if (signed !== undefined && statement !== undefined) witness.#epoch = { signed, statement };
    return witness;
  }

  get size(): number {
    return this.#seen?.size ?? 0;
  }

  /** The last checkpoint that was accepted. */
  get head(): SeenCheckpoint | undefined {
    return this.#seen;
  }

  /**
   * The ledger was restored and goes on under a new name. Root states each epoch once: two statements of one epoch are two
   * control planes that were restored side by side, and going back to an earlier one is no better.
   */
  async acceptEpoch(signed: SignedEpoch): Promise<WitnessFrame | Refusal | undefined> {
    const statement = openEpoch(signed, this.#rootKey);
    if (isRefusal(statement)) return statement;
    const held = this.#epoch;
    if (held !== undefined) {
      if (held.signed.body === signed.body) return undefined;
      if (statement.epoch === held.statement.epoch)
        return this.#alarm(`Epoch ${statement.epoch} was begun twice: two restores run side by side`, '');
      if (statement.epoch < held.statement.epoch)
        return this.#alarm(`Epoch ${statement.epoch} was shown after epoch ${held.statement.epoch}`, '');
    }
    await this.#memory.saveEpoch(signed);
    this.#epoch = { signed, statement };
    return undefined;
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
    if (seen !== undefined) {
      const why =
        seen.origin === next.origin
          ? whyNotExtended(seen, next, note, shown.proof)
          : whyNotContinued(seen, next, note, shown.proof, this.#epoch?.statement);
      if (why !== undefined) return this.#alarm(why, shown.note);
      if (next.origin === seen.origin && next.size === seen.size) return undefined;
    }
    await this.#memory.save(next);
    this.#seen = next;
    const statement = { ...next, time: now.toISOString() };
    return {
      t: 'cosign',
      size: next.size,
      root: next.root,
      time: statement.time,
      signature: signFor('muster/cosignature/v1', this.#keys.current, canonicalBytes(statement)),
    };
  }

  #alarm(why: string, note: string): WitnessFrame {
    const { size, root } = this.#seen ?? { size: 0, root: '0'.repeat(64) };
    return { t: 'fork-alarm', seenSize: size, seenRoot: root, note, why };
  }
}

/** A new name of the log needs root's statement; who had not seen more than was restored sees that nothing else changed. */
function whyNotContinued(
  seen: SeenCheckpoint,
  next: SeenCheckpoint,
  note: SignedNote,
  proof: readonly string[],
  stated: EpochStatement | undefined,
): string | undefined {
  if (!sameLog(seen.origin, next.origin)) return `The log ${seen.origin} was replaced by ${next.origin}`;
  if (epochOf(next.origin) < epochOf(seen.origin)) return `The log went back from ${seen.origin} to ${next.origin}`;
  if (stated?.origin !== next.origin) return `The log goes on as ${next.origin}, and root has not said from where`;
  const { origin, size } = stated.previous;
  return origin === seen.origin && seen.size <= size ? whyNotExtended(seen, next, note, proof) : undefined;
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
