// The audit page: every event in order, its proof, and the signed checkpoint it is proved against.
import { z } from 'zod';
import { query } from '../define.ts';
import { pageSize, sha256, timestamp, uuid } from '../values.ts';
import { actorKind, eventMeta, signedCheckpoint } from '../ledger/index.ts';

export * from './events.ts';

export const auditEntry = z.strictObject({
  /** Ledger position: the folio. */
  position: z.int().nonnegative(),
  eventId: uuid,
  type: z.string(),
  version: z.int().positive(),
  class: z.enum(['action', 'fact', 'refusal', 'read', 'digest']),
  at: timestamp,
  streamId: z.string(),
  actor: z.strictObject({ id: z.string(), kind: actorKind, name: z.string().nullable() }),
  /** Parsed body; personal fields opened for those who may, else `null`. The page turns it into a sentence. */
  data: z.record(z.string(), z.json()),
  /** Names of ids found in data, for the sentence: servers, groups, people. */
  names: z.record(z.string(), z.string()),
  leafHash: sha256,
});
export type AuditEntry = z.infer<typeof auditEntry>;

export const auditFilter = z.strictObject({
  who: z.string().max(120).optional(),
  type: z.string().max(80).optional(),
  class: z.enum(['action', 'fact', 'refusal', 'read', 'digest']).optional(),
  /** people: persons and tokens. */
  actorKind: actorKind.optional(),
  server: uuid.optional(),
  operation: uuid.optional(),
  from: timestamp.optional(),
  to: timestamp.optional(),
  /** Leave routine facts out (digests, answered, facts changed). */
  quiet: z.stringbool().default(false),
  before: z.coerce.number().int().nonnegative().optional(),
  limit: pageSize,
});
export const ListEntries = query('audit.ListEntries', {
  risk: 'medium',
  on: 'visible',
  roles: ['operator', 'security'],
  sentence: 'Read the ledger backwards, filtered',
  input: auditFilter,
  output: z.strictObject({
    entries: z.array(auditEntry),
    next: z.int().nonnegative().nullable(),
    size: z.int().nonnegative(),
  }),
});
export const GetEntry = query('audit.GetEntry', {
  risk: 'high',
  on: 'visible',
  roles: ['security'],
  sensitive: true,
  sentence: 'Read one entry exactly as it was hashed',
  input: z.strictObject({ position: z.coerce.number().int().nonnegative() }),
  output: auditEntry.extend({
    meta: eventMeta,
    /** Canonical bytes as text: what was hashed. */
    rawBody: z.string(),
    rawMeta: z.string(),
    streamVersion: z.int().positive(),
    /** Microseconds since 1970, part of the leaf; decimal text. */
    recordedMicros: z.string(),
    tenantId: uuid,
  }),
});
export const GetProof = query('audit.GetProof', {
  risk: 'medium',
  on: 'visible',
  roles: ['operator', 'security'],
  sentence: 'Prove that an entry is in the signed ledger',
  input: z.strictObject({ position: z.coerce.number().int().nonnegative() }),
  output: z.strictObject({
    position: z.int().nonnegative(),
    leafHash: sha256,
    /** Everything the leaf hash is made of, so that the browser can recompute it without the payload. */
    leaf: z.strictObject({
      eventId: uuid,
      tenantId: uuid,
      streamId: z.string(),
      streamVersion: z.int().positive(),
      type: z.string(),
      schemaVersion: z.int().positive(),
      recordedMicros: z.string(),
      metaHash: sha256,
      bodyHash: sha256,
    }),
    /** Inclusion proof, leaf to root (RFC 6962 §2.1.1). */
    path: z.array(sha256),
    checkpoint: signedCheckpoint,
    /** Raw ledger public key, base64, and the keyset that names it, signed by root. */
    ledgerKey: z.string(),
    rootKey: z.string(),
    cosignatures: z.array(z.strictObject({ serverId: uuid, name: z.string(), at: timestamp })),
  }),
});
export const GetCheckpoint = query('audit.GetCheckpoint', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'backup', 'contractor'],
  sentence: 'Read the newest signed checkpoint and who witnessed it',
  input: z.strictObject({}),
  output: z.strictObject({
    checkpoint: signedCheckpoint.nullable(),
    /** Events that are recorded, signed or not. */
    size: z.int().nonnegative(),
    /** Age of the oldest event without a position, in milliseconds. */
    oldestPendingMs: z.number().nonnegative().nullable(),
    witnesses: z.array(
      z.strictObject({
        serverId: uuid,
        name: z.string(),
        size: z.int().nonnegative().nullable(),
        at: timestamp.nullable(),
      }),
    ),
  }),
});
export const GetConsistency = query('audit.GetConsistency', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security'],
  sentence: 'Prove that one size of the ledger extends another',
  input: z.strictObject({ from: z.coerce.number().int().nonnegative(), to: z.coerce.number().int().nonnegative() }),
  output: z.strictObject({ from: z.int(), to: z.int(), path: z.array(sha256) }),
});
export const ExportLedger = query('audit.ExportLedger', {
  risk: 'high',
  on: 'visible',
  roles: ['security'],
  sensitive: true,
  sentence: 'Export entries with everything `muster verify` needs',
  input: z.strictObject({
    from: z.coerce.number().int().nonnegative().default(0),
    to: z.coerce.number().int().nonnegative().optional(),
  }),
  output: z.unknown(),
});

export const auditQueries = [ListEntries, GetEntry, GetProof, GetCheckpoint, GetConsistency, ExportLedger] as const;
