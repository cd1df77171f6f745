// The extract: what was done for one client, each entry with its own proof, so that nothing of anybody else comes along,
// not even as a hash. Who did it stays behind too: of an event's meta there is only the hash that the leaf is made of.
//
//   {"muster":"ledger-extract/v1","origin":"muster.example/log/1","size":18204,"about":"<client>"}
//   {"k":"keyset", …} {"k":"checkpoint", …}
//   {"k":"entry", …} in order of position, each with its path to the root of that checkpoint
//   {"k":"end","lines":12}
import { z } from 'zod';
import { signedKeyset } from '../agent/keyset.ts';

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().nonnegative();

export const extractHeader = z.strictObject({
  muster: z.literal('ledger-extract/v1'),
  origin: z.string(),
  /** Of the tree that the proofs lead to. */
  size: count,
  about: z.string(),
});
export type ExtractHeader = z.infer<typeof extractHeader>;

export const extractLine = z.discriminatedUnion('k', [
  z.strictObject({ k: z.literal('keyset'), keyset: signedKeyset }),
  z.strictObject({ k: z.literal('checkpoint'), size: count, note: z.string() }),
  z.strictObject({
    k: z.literal('entry'),
    position: count,
    eventId: z.uuid(),
    tenantId: z.uuid(),
    streamId: z.string(),
    streamVersion: z.int().positive(),
    type: z.string(),
    schemaVersion: z.int(),
    /** Microseconds since 1970, decimal. */
    recordedMicros: z.string().regex(/^\d+$/),
    metaHash: hex32,
    /** The exact text that was hashed. */
    body: z.string(),
    /** Inclusion proof, leaf to root (RFC 6962 §2.1.1). */
    path: z.array(hex32).max(64),
  }),
  z.strictObject({ k: z.literal('end'), lines: count }),
]);
export type ExtractLine = z.infer<typeof extractLine>;
