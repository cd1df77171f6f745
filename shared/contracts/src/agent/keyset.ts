// The keyset: which online keys are good, signed by the offline root key that agents pinned when they enrolled.
import { z } from 'zod';
import { keyId, publicKey, signature, timestamp, uuid } from '../values.ts';

export const onlineKey = z.strictObject({
  id: keyId,
  use: z.enum(['task', 'ledger', 'release', 'gateway']),
  publicKey,
  notBefore: timestamp,
  notAfter: timestamp,
});
export const keyset = z.strictObject({
  v: z.literal(1),
  /** Ledger origin, e.g. `muster.example/log/1`: a new epoch has a new origin. */
  origin: z.string().max(120),
  tenant: uuid,
  /** Only grows; an agent refuses a keyset with a smaller serial than the one it holds. */
  serial: z.int().positive(),
  issuedAt: timestamp,
  keys: z.array(onlineKey).max(32),
  /** Key ids that must never be accepted again. */
  revoked: z.array(keyId).max(1000),
});
export type Keyset = z.infer<typeof keyset>;

/** `body` is the canonical JSON of a keyset in base64, signed for 'muster/keyset/v1' by the root key. */
export const signedKeyset = z.strictObject({ body: z.base64().max(64_000), signature, rootKey: publicKey });
export type SignedKeyset = z.infer<typeof signedKeyset>;

/** Servers whose cosignatures count, signed by root for 'muster/witnesses/v1'. */
export const witnessList = z.strictObject({
  v: z.literal(1),
  serial: z.int().positive(),
  issuedAt: timestamp,
  quorum: z.int().nonnegative(),
  witnesses: z.array(z.strictObject({ server: uuid, publicKey })).max(20_000),
});
export type WitnessList = z.infer<typeof witnessList>;
