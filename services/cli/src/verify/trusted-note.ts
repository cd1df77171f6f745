// A signed checkpoint counts when a ledger key that root named for its log signed it.
import { verify } from 'node:crypto';
import { fromBase64 } from '@muster/kernel/bytes';
import { parseSignedNote, verifySignedNote, type SignedNote } from '@muster/kernel/checkpoint';
import { sha256 } from '@muster/kernel/hashing';
import { publicKeyObject } from '@muster/kernel/signing';
import type { Trust } from './trust.ts';

/** The note, or why it does not count, as the end of a sentence. */
export async function trustedNote(text: string, trust: Trust): Promise<SignedNote | string> {
  let note: SignedNote;
  try {
    note = parseSignedNote(text);
  } catch (error) {
    return `is not a checkpoint (${error instanceof Error ? error.message : String(error)})`;
  }
  const keys = trust.ledgerKeys(note.checkpoint.origin);
  if (keys.length === 0) return `is of the log ${note.checkpoint.origin}, for which root named no ledger key`;
  if ((await keyOf(note, keys)) !== undefined) return note;
  return 'is not signed by the ledger key';
}

export async function keyOf(note: SignedNote, keys: readonly string[]): Promise<string | undefined> {
  for (const key of keys) {
    const object = publicKeyObject(key);
    const valid = await verifySignedNote(sha256, note, {
      publicKey: fromBase64(key),
      verify: (message, signature) => verify(null, message, object, signature),
    });
    if (valid) return key;
  }
  return undefined;
}
