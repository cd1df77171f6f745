// What was refused, what was read that is sensitive, and what witnesses said about the ledger itself.
import { z } from 'zod';
import { event } from '../define.ts';
import { base64, sha256, signature, timestamp, uuid } from '../values.ts';

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
  }),
  example: {
    serial: 1,
    keys: [{ id: '0123456789abcdef', use: 'ledger', notAfter: '2026-12-20T00:00:00Z' }],
    sha256: hash,
  },
});

export const auditEvents = [
  CommandRefused,
  SensitiveRead,
  ForkAlarmRaised,
  WitnessListPublished,
  KeysetPublished,
] as const;
