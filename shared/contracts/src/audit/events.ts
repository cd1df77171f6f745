// What was refused, what was read that is sensitive, and what witnesses said about the ledger itself.
import { z } from 'zod';
import { signedKeyset } from '../agent/keyset.ts';
import { event } from '../define.ts';
import { base64, keyId, sha256, signature, timestamp, uuid } from '../values.ts';

const serverId = '0190b5e2-7a10-7000-8000-00000000b001';
const hash = '0'.repeat(64);

export const CommandRefused = event('audit.CommandRefused', {
  class: 'refusal',
  sentence: 'A signed-in person or token was refused',
  schema: z.strictObject({
    /** Command or query name. */
    what: z.string().max(80),
    code: z.string().max(60),
    /** The sentence that the person read. */
    why: z.string().max(500),
    /** What it was about, bounded; never a secret. */
    subject: z.string().max(200).nullable(),
  }),
  example: {
    what: 'bans.BlockAddress',
    code: 'protected',
    why: '198.51.100.10 is never blocked: Mara Okafor is signed in from it',
    subject: '198.51.100.10',
  },
});
export const SensitiveRead = event('audit.SensitiveRead', {
  class: 'read',
  sentence: 'Somebody read something sensitive',
  schema: z.strictObject({ what: z.string().max(80), subject: z.string().max(200).nullable() }),
  example: { what: 'audit.ExportLedger', subject: '0-18204' },
});
export const ForkAlarmRaised = event('audit.ForkAlarmRaised', {
  class: 'fact',
  sentence: 'A witness saw a checkpoint that does not extend the one it had seen',
  schema: z.strictObject({
    serverId: uuid,
    seenSize: z.int().nonnegative(),
    seenRoot: sha256,
    why: z.string().max(300),
  }),
  example: { serverId, seenSize: 18_000, seenRoot: hash, why: 'size 17,990 is smaller than 18,000' },
});
export const WitnessListPublished = event('audit.WitnessListPublished', {
  class: 'fact',
  sentence: 'The root key signed a new list of witnesses',
  schema: z.strictObject({
    serial: z.int().positive(),
    witnesses: z.int().nonnegative(),
    quorum: z.int().nonnegative(),
    /** The list as root signed it (agent/keyset: witnessList), so that anyone can check which cosignatures count. */
    body: base64.max(4_000_000),
    signature,
  }),
  example: { serial: 2, witnesses: 5, quorum: 3, body: 'e30=', signature: `${'A'.repeat(86)}==` },
});
export const KeysetPublished = event('audit.KeysetPublished', {
  class: 'fact',
  sentence: 'The root key signed a new set of online keys',
  schema: z.strictObject({
    serial: z.int().positive(),
    keys: z.array(z.strictObject({ id: z.string().max(16), use: z.string().max(20), notAfter: timestamp })).max(32),
    sha256,
    /** As root signed it, so that the ledger itself tells which keys were good for it; root's word, not the ledger's. */
    signed: signedKeyset.optional(),
  }),
  example: {
    serial: 1,
    keys: [{ id: '0123456789abcdef', use: 'ledger', notAfter: '2026-12-20T00:00:00Z' }],
    sha256: hash,
  },
});
export const BackupTaken = event('audit.BackupTaken', {
  class: 'action',
  sentence: 'A backup of the database was written',
  schema: z.strictObject({
    backupId: uuid,
    /** The signed checkpoint it holds: everything up to here can be restored and verified. */
    origin: z.string().max(120),
    size: z.int().nonnegative(),
    root: sha256,
    rows: z.int().nonnegative(),
    bytes: z.int().nonnegative(),
    /** SHA-256 of its manifest. */
    manifest: sha256,
  }),
  example: {
    backupId: serverId,
    origin: 'muster.example/muster/1',
    size: 18_204,
    root: hash,
    rows: 40_112,
    bytes: 21_000_000,
    manifest: hash,
  },
});
export const BackupOverdue = event('audit.BackupOverdue', {
  class: 'fact',
  sentence: 'No backup of the database was written in time',
  schema: z.strictObject({
    /** When the last one was written, or one was restored; null: never. */
    lastAt: timestamp.nullable(),
    /** How old it may be. */
    limitSeconds: z.int().positive(),
  }),
  example: { lastAt: '2026-11-20T02:00:00Z', limitSeconds: 93_600 },
});
export const EpochBegun = event('audit.EpochBegun', {
  class: 'action',
  sentence: 'The database was restored from a backup; the root key signed that the ledger goes on from there',
  schema: z.strictObject({
    epoch: z.int().min(2),
    origin: z.string().max(120),
    previousOrigin: z.string().max(120),
    /** Entries that were restored. */
    size: z.int().nonnegative(),
    backupId: uuid,
    backupTakenAt: timestamp,
    /** agent/epoch: epochStatement, as root signed it. */
    body: base64.max(4000),
    signature,
  }),
  example: {
    epoch: 2,
    origin: 'muster.example/muster/2',
    previousOrigin: 'muster.example/muster/1',
    size: 18_204,
    backupId: serverId,
    backupTakenAt: '2026-11-20T02:00:00Z',
    body: 'e30=',
    signature: `${'A'.repeat(86)}==`,
  },
});
export const MusterUpgraded = event('audit.MusterUpgraded', {
  class: 'action',
  sentence: 'Muster itself was upgraded to another release',
  schema: z.strictObject({
    /** What ran before, as the engine names it. */
    from: z.string().max(200),
    to: z.string().max(200),
    /** What the database had not had before. */
    migrations: z.array(z.string().max(120)).max(500),
  }),
  example: { from: 'sha256:0123', to: 'sha256:4567', migrations: ['0050_releases_rollouts'] },
});
export const SchemaMigrated = event('audit.SchemaMigrated', {
  class: 'fact',
  sentence: 'The database was brought to a later schema',
  schema: z.strictObject({
    /** Those that no event of this type had told before, oldest first; the first one tells all that there are. */
    migrations: z.array(z.string().max(120)).min(1).max(2000),
  }),
  example: { migrations: ['0050_releases_rollouts'] },
});
export const KeyRotated = event('audit.KeyRotated', {
  class: 'action',
  sentence: 'An online key was replaced by a new one that the root key signed',
  schema: z.strictObject({
    use: z.enum(['task', 'ledger', 'release', 'gateway']),
    from: keyId,
    to: keyId,
    /** The old one is accepted until then. */
    until: timestamp,
    serial: z.int().positive(),
  }),
  example: {
    use: 'task',
    from: '0123456789abcdef',
    to: 'fedcba9876543210',
    until: '2026-11-20T14:00:00Z',
    serial: 4,
  },
});
export const KeyRevoked = event('audit.KeyRevoked', {
  class: 'action',
  sentence: 'The root key revoked an online key: nobody accepts it any more, whatever it signed',
  schema: z.strictObject({
    use: z.enum(['task', 'ledger', 'release', 'gateway']),
    id: keyId,
    reason: z.string().max(500),
    serial: z.int().positive(),
  }),
  example: { use: 'task', id: '0123456789abcdef', reason: 'The signer’s disk was copied', serial: 5 },
});

export const SecretKeyRotated = event('audit.SecretKeyRotated', {
  class: 'action',
  sentence: 'Another key opens what is sealed at rest; the old one does until it is retired',
  schema: z.strictObject({ from: keyId, to: keyId }),
  example: { from: '0123456789abcdef', to: 'fedcba9876543210' },
});
export const SecretKeyRetired = event('audit.SecretKeyRetired', {
  class: 'action',
  sentence: 'An old key no longer opens what is sealed at rest',
  schema: z.strictObject({ id: keyId }),
  example: { id: '0123456789abcdef' },
});

export const auditEvents = [
  CommandRefused,
  SensitiveRead,
  ForkAlarmRaised,
  WitnessListPublished,
  KeysetPublished,
  BackupTaken,
  BackupOverdue,
  EpochBegun,
  MusterUpgraded,
  SchemaMigrated,
  KeyRotated,
  KeyRevoked,
  SecretKeyRotated,
  SecretKeyRetired,
] as const;
