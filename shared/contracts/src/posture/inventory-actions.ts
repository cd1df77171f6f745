// Lists of what servers have, changes that were seen on them, and who answers for what.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { accepted, pageSize, reason, timestamp, uuid } from '../values.ts';
import { approvedKind, inventoryItem, inventoryKind, inventoryRow, serverRef } from './inventory.ts';

/** Servers whose answer is missing or has gaps: what they have is not known. */
const notKnown = z.strictObject({ servers: z.int().nonnegative(), names: z.array(z.string()).max(5) });

export const ListInventory = query('posture.ListInventory', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence:
    'List one kind of what servers have over the fleet: keys, open ports, administrators, units, cron, modules, updates that wait, PHP, certificates, WordPress',
  input: z.strictObject({
    kind: inventoryKind,
    groupId: uuid.optional(),
    serverId: uuid.optional(),
    /** Only what somebody should look at. */
    standsOut: z.stringbool().default(false),
    after: z.string().max(600).optional(),
    limit: pageSize,
  }),
  output: z.strictObject({ rows: z.array(inventoryRow), notKnown, next: z.string().nullable() }),
});

export const ExportInventory = query('posture.ExportInventory', {
  risk: 'medium',
  on: 'visible',
  roles: ['operator', 'security'],
  sensitive: true,
  sentence: 'Export one kind of what servers have, all or those of a group, as CSV or as lines of JSON',
  input: z.strictObject({
    kind: inventoryKind,
    groupId: uuid.optional(),
    format: z.enum(['csv', 'json']).default('csv'),
  }),
  output: z.unknown(),
});

export const hostChange = z.strictObject({
  position: z.int().nonnegative(),
  server: serverRef,
  kind: approvedKind,
  appeared: z.array(inventoryItem),
  gone: z.array(inventoryItem),
  /** The operation of ours that did it; null: nobody of ours. */
  operationId: uuid.nullable(),
  at: timestamp,
});
export type HostChange = z.infer<typeof hostChange>;

export const ListHostChanges = query('posture.ListHostChanges', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence:
    'List changes of what somebody answers for (keys, ports, administrators, units, cron, modules), newest first, with those that no task of ours explains',
  input: z.strictObject({
    groupId: uuid.optional(),
    serverId: uuid.optional(),
    since: timestamp.optional(),
    before: z.coerce.number().int().nonnegative().optional(),
    limit: pageSize,
  }),
  output: z.strictObject({ changes: z.array(hostChange), next: z.int().nullable() }),
});

export const GetBaseline = query('posture.GetBaseline', {
  risk: 'low',
  on: ['server', 'serverId'],
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Read what somebody approved of one server and what is different now',
  input: z.strictObject({ serverId: uuid }),
  output: z.strictObject({
    server: serverRef,
    kinds: z.array(
      z.strictObject({
        kind: approvedKind,
        /** False: it was never read completely. */
        known: z.boolean(),
        approved: z.int().nonnegative(),
        /** Present and approved by nobody. */
        added: z.array(inventoryRow).max(200),
        /** Approved and no longer there. */
        missing: z.array(inventoryItem).max(200),
      }),
    ),
  }),
});

/** What somebody answers for is looked at again after at most a year. */
export const LONGEST_REVIEW_DAYS = 366;

export const ApproveItems = command('posture.ApproveItems', {
  risk: 'high',
  on: ['server', 'serverId'],
  roles: ['operator', 'security'],
  sentence: 'Answer for what a server has, all of one kind or some of it, until a review',
  input: z.strictObject({
    serverId: uuid,
    kind: approvedKind,
    /** null: all that is there now. */
    items: z.array(inventoryItem).min(1).max(500).nullable(),
    reason,
    reviewAt: timestamp,
  }),
  output: accepted.extend({ approved: z.int().nonnegative() }),
});
export const WithdrawApproval = command('posture.WithdrawApproval', {
  risk: 'medium',
  on: ['server', 'serverId'],
  roles: ['operator', 'security'],
  sentence: 'Answer no longer for something that a server has',
  input: z.strictObject({ serverId: uuid, kind: approvedKind, items: z.array(inventoryItem).min(1).max(500), reason }),
  output: accepted,
});
