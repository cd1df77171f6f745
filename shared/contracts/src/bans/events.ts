// Blocks, the never-blocked list, and whether servers really hold them.
import { z } from 'zod';
import { event } from '../define.ts';
import { canonicalRange, reason, sha256, target, timestamp, uuid } from '../values.ts';

const blockId = '0190b5e2-7a10-7000-8000-00000000d001';
const entryId = '0190b5e2-7a10-7000-8000-00000000d002';
const serverId = '0190b5e2-7a10-7000-8000-00000000b001';
const clientId = '0190b5e2-7a10-7000-8000-00000000e001';
const hash = '0'.repeat(64);

export const AddressBlocked = event('bans.AddressBlocked', {
  class: 'action',
  sentence: 'An address or range was blocked on servers',
  schema: z.strictObject({
    blockId: uuid,
    range: canonicalRange,
    target,
    /** null: until somebody lifts it. */
    until: timestamp.nullable(),
    reason,
    operationId: uuid,
  }),
  example: {
    blockId,
    range: '203.0.113.77',
    target: { kind: 'fleet' },
    until: '2026-11-21T02:47:03Z',
    reason: 'Root guessing on ten servers',
    operationId: entryId,
  },
});
export const BlockLifted = event('bans.BlockLifted', {
  class: 'action',
  sentence: 'A block was lifted before its time',
  schema: z.strictObject({ blockId: uuid, range: canonicalRange, reason, operationId: uuid }),
  example: { blockId, range: '203.0.113.77', reason: 'Customer’s own monitoring', operationId: entryId },
});
export const BlockExpired = event('bans.BlockExpired', {
  class: 'fact',
  sentence: 'A block’s time was up',
  schema: z.strictObject({ blockId: uuid, range: canonicalRange }),
  example: { blockId, range: '203.0.113.77' },
});
/** Beside `AddressBlocked`, for whom it was done: whatever that client may not read stands there and not here. */
export const BlockedForClient = event('bans.BlockedForClient', {
  class: 'action',
  sentence: 'An address or range was blocked on a client’s behalf',
  schema: z.strictObject({ clientId: uuid, blockId: uuid, range: canonicalRange, until: timestamp.nullable() }),
  example: { clientId, blockId, range: '203.0.113.77', until: '2026-11-21T02:47:03Z' },
});
export const BlockLiftedForClient = event('bans.BlockLiftedForClient', {
  class: 'action',
  sentence: 'A block was lifted before its time: one on a client’s behalf, or on its behalf',
  schema: z.strictObject({ clientId: uuid, blockId: uuid, range: canonicalRange }),
  example: { clientId, blockId, range: '203.0.113.77' },
});
export const AddressProtected = event('bans.AddressProtected', {
  class: 'action',
  sentence: 'An address or range was put on the never-blocked list',
  schema: z.strictObject({
    entryId: uuid,
    range: canonicalRange,
    label: z.string().max(120),
    /** system: kept by Muster and never ends. person: has an owner and an end. */
    origin: z.enum(['system', 'person']),
    kind: z.enum(['own-server', 'control-plane', 'live-operator', 'person']),
    owner: uuid.nullable(),
    reason: z.string().max(500).nullable(),
    until: timestamp.nullable(),
    operationId: uuid.nullable(),
  }),
  example: {
    entryId,
    range: '203.0.113.32/28',
    label: 'Payment provider callbacks',
    origin: 'person',
    kind: 'person',
    owner: serverId,
    reason: 'Lost orders on 2 November',
    until: '2027-02-28T00:00:00Z',
    operationId: blockId,
  },
});
export const ProtectionEnded = event('bans.ProtectionEnded', {
  class: 'action',
  sentence: 'An entry left the never-blocked list',
  schema: z.strictObject({
    entryId: uuid,
    range: canonicalRange,
    why: z.enum(['ended-by-person', 'expired', 'no-longer-needed']),
    operationId: uuid.nullable(),
  }),
  example: { entryId, range: '203.0.113.32/28', why: 'expired', operationId: null },
});
/** Beside `AddressProtected`, for whom it was done: the label, the reason and the owner stand there and not here. */
export const AddressProtectedForClient = event('bans.AddressProtectedForClient', {
  class: 'action',
  sentence: 'An address or range was put on the never-blocked list on a client’s behalf',
  schema: z.strictObject({ clientId: uuid, entryId: uuid, range: canonicalRange, until: timestamp }),
  example: { clientId, entryId, range: '203.0.113.32/28', until: '2027-02-28T00:00:00Z' },
});
export const ProtectionEndedForClient = event('bans.ProtectionEndedForClient', {
  class: 'action',
  sentence: 'An entry left the never-blocked list before its time: one on a client’s behalf, or on its behalf',
  schema: z.strictObject({ clientId: uuid, entryId: uuid, range: canonicalRange }),
  example: { clientId, entryId, range: '203.0.113.32/28' },
});
export const TableDrifted = event('bans.TableDrifted', {
  class: 'fact',
  sentence: 'A server’s ban table differs from what it should hold',
  schema: z.strictObject({ serverId: uuid, revision: z.int().nonnegative(), desired: sha256, held: sha256.nullable() }),
  example: { serverId, revision: 12, desired: hash, held: null },
});
export const TableRepaired = event('bans.TableRepaired', {
  class: 'fact',
  sentence: 'A server’s ban table was lost or changed and put back on the host',
  schema: z.strictObject({
    serverId: uuid,
    cause: z.enum(['table-gone', 'contents-differ', 'boot']),
    by: z.enum(['guard', 'privd', 'unit']),
    tookMs: z.number().nonnegative(),
    at: timestamp,
  }),
  example: { serverId, cause: 'table-gone', by: 'guard', tookMs: 140, at: '2026-11-20T02:44:02Z' },
});
export const BanLogDigested = event('bans.BanLogDigested', {
  class: 'digest',
  sentence: 'A batch of ban log lines was stored; this is its digest',
  schema: z.strictObject({
    serverId: uuid,
    batch: z.int().nonnegative(),
    /** SHA-256 over the canonical JSON of the batch’s items. */
    sha256,
    count: z.int().positive(),
    from: timestamp,
    to: timestamp,
  }),
  example: { serverId, batch: 7, sha256: hash, count: 212, from: '2026-11-20T02:46:30Z', to: '2026-11-20T02:46:59Z' },
});

export const BanLogMonthForgotten = event('bans.BanLogMonthForgotten', {
  class: 'fact',
  sentence: 'A month of the ban log was past its retention and was removed',
  schema: z.strictObject({
    month: z.string().regex(/^\d{4}-\d{2}$/),
    lines: z.int().nonnegative(),
    keptMonths: z.int().positive(),
  }),
  example: { month: '2025-09', lines: 812_440, keptMonths: 13 },
});

export const banEvents = [
  AddressBlocked,
  BlockLifted,
  BlockExpired,
  BlockedForClient,
  BlockLiftedForClient,
  AddressProtected,
  ProtectionEnded,
  AddressProtectedForClient,
  ProtectionEndedForClient,
  TableDrifted,
  TableRepaired,
  BanLogDigested,
  BanLogMonthForgotten,
] as const;
