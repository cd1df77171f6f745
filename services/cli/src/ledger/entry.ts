// One position of the ledger as it is verified, wherever it was read from.
import { eventLeafHash } from '@muster/kernel/event-leaf';
import { sha256 } from '@muster/kernel/hashing';

export interface EntryContent {
  eventId: string;
  tenantId: string;
  streamId: string;
  streamVersion: number;
  type: string;
  schemaVersion: number;
  /** Microseconds since 1970. */
  recordedMicros: bigint;
  /** The canonical bytes, or the text whose UTF-8 they are: whatever the source had. */
  meta: Uint8Array | string;
  body: Uint8Array | string;
}

export interface LedgerEntry {
  position: number;
  /** Null: this position is only present as its leaf hash (outside of a partial export), or its event is gone. */
  content: EntryContent | null;
  /** The leaf hash that was recorded beside the event. */
  recordedLeaf: Uint8Array;
  /** The leaf hash in the tree's tiles, where the source has them. */
  treeLeaf?: Uint8Array;
  /** What does not fit between the event and the index over it, as a sentence. */
  mismatch?: string;
}

export interface StoredCheckpoint {
  size: number;
  note: string;
}

export interface StoredCosignature {
  size: number;
  witnessId: string;
  /** hexadecimal */
  root: string;
  /** base64 */
  signature: string;
  /** ISO 8601, as it was signed */
  at: string;
}

export function leafOf(content: EntryContent): Uint8Array {
  return eventLeafHash(sha256, { ...content, metaHash: sha256(content.meta), bodyHash: sha256(content.body) });
}
