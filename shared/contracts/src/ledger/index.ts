// The envelope of every event. Version 1 of meta is fixed: fields may be added, none may change its meaning.
import { z } from 'zod';
import { keyId, sealedText, sha256, timestamp, uuid } from '../values.ts';

export const actorKind = z.enum([
  'person',
  'token',
  'policy',
  'schedule',
  'break-glass',
  'agent',
  'anonymous',
  'system',
]);

export const eventMeta = z.strictObject({
  v: z.literal(1),
  /** Pseudonymous: a person's id, a policy's name, `server:<id>`. Never a name. */
  actor: z.string().min(1).max(120),
  actorKind,
  onBehalfOf: z.string().max(120).optional(),
  session: uuid.optional(),
  /** The API token that acted, in the name of the actor. */
  token: uuid.optional(),
  factor: z.enum(['password', 'totp', 'recovery-code', 'passkey', 'none']).optional(),
  factorAt: timestamp.optional(),
  /** The grant or role that allowed it. */
  grant: z.string().max(120).optional(),
  /** Source address, sealed under the actor's own key. */
  source: sealedText.optional(),
  software: z.string().max(60),
  correlation: uuid,
  causation: uuid.optional(),
  ticket: z.string().max(120).optional(),
  tenant: uuid,
  /** For the operations team only. */
  internalReason: z.string().max(500).optional(),
  /** May be read by the client whom it concerns. */
  clientNote: z.string().max(500).optional(),
});
export type EventMeta = z.infer<typeof eventMeta>;

export const signedCheckpoint = z.strictObject({
  origin: z.string(),
  size: z.number().int().nonnegative(),
  root: sha256,
  /** C2SP signed note, as text. */
  note: z.string(),
  keyId,
  createdAt: timestamp,
  witnessed: z.number().int().nonnegative(),
  witnesses: z.number().int().nonnegative(),
  /** Witnesses that must agree before a checkpoint counts as witnessed. */
  quorum: z.number().int().nonnegative(),
});
export type SignedCheckpoint = z.infer<typeof signedCheckpoint>;

export * from './export.ts';
export * from './extract.ts';
