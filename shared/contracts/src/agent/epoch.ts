// A new epoch of the ledger: what the root key says when a database was restored from a backup. The log goes on under the
// next name from exactly the tree that is named here; whatever a server had seen beyond it is lost, and root says so.
import { z } from 'zod';
import { sha256, signature, timestamp } from '../values.ts';

export const epochStatement = z.strictObject({
  v: z.literal(1),
  /** 2 is the first that is ever stated: a log begins in epoch 1. */
  epoch: z.int().min(2),
  origin: z.string().max(120),
  /** Where the log goes on: its first `size` entries have this root under both names. */
  previous: z.strictObject({ origin: z.string().max(120), size: z.int().nonnegative(), root: sha256 }),
  begunAt: timestamp,
  backupTakenAt: timestamp,
});
export type EpochStatement = z.infer<typeof epochStatement>;

/** `body` is the canonical JSON of an epoch statement in base64, signed for 'muster/epoch/v1' by the root key. */
export const signedEpoch = z.strictObject({ body: z.base64().max(4000), signature });
export type SignedEpoch = z.infer<typeof signedEpoch>;
