// Where a ledger is read from: a database or an export. Nothing that it says is believed before it was verified.
import type { SignedKeyset } from '@muster/contracts/agent';
import type { LedgerEntry, StoredCheckpoint, StoredCosignature } from './entry.ts';

export interface LedgerSource {
  /** For the report: never with a password. */
  readonly name: string;
  checkpoints(): Promise<StoredCheckpoint[]>;
  cosignatures(): Promise<StoredCosignature[]>;
  /** Keysets that came along; they count only when the trusted root key signed them. */
  keysets(): Promise<SignedKeyset[]>;
  /** In order, many at a time: a step of an async iterator costs as much as a hash. */
  entries(): AsyncIterable<readonly LedgerEntry[]>;
  /** Things that stand beside the ledger and should not be there, each a sentence. */
  strays(): Promise<string[]>;
  close(): Promise<void>;
}

/** The source cannot be read: no verdict about what it holds. */
export class UnreadableSource extends Error {
  override readonly name = 'UnreadableSource';
}
