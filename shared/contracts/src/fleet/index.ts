// The first page: who answers, what needs somebody, and how far the ledger is proven.
import { z } from 'zod';
import { query } from '../define.ts';
import { signedCheckpoint } from '../ledger/index.ts';
import { presence, serverRow } from '../servers/index.ts';
import { timestamp, uuid } from '../values.ts';

export const attention = z.strictObject({
  kind: z.enum([
    'servers-silent',
    'server-unconfirmed',
    'identity-conflict',
    'operation-failed',
    'operation-waiting',
    'table-drifted',
    'protection-ending',
    'fork-alarm',
    'ledger-late',
    'backup-overdue',
    'projection-paused',
    'keys-expiring',
    'dispatch-held',
    'review-open',
    'review-overdue',
    'grant-ending',
    'break-glass-open',
  ]),
  severity: z.enum(['critical', 'warn', 'info']),
  since: timestamp,
  /** What the sentence needs; the page writes the words. */
  subject: z.strictObject({
    serverIds: z.array(uuid).max(200),
    names: z.array(z.string()).max(200),
    id: z.string().nullable(),
    text: z.string().nullable(),
    until: timestamp.nullable(),
    count: z.int().nonnegative().nullable(),
  }),
});
export type Attention = z.infer<typeof attention>;

export const fleetSummary = z.strictObject({
  at: timestamp,
  servers: z.record(presence, z.int().nonnegative()),
  total: z.int().nonnegative(),
  simulated: z.int().nonnegative(),
  /** Up to 500 servers, in group order; above that the page uses groups. */
  roll: z.array(serverRow),
  attention: z.array(attention),
  openOperations: z.int().nonnegative(),
  openTasks: z.int().nonnegative(),
  bansPerMinute: z.number().nonnegative(),
  ledger: z.strictObject({
    size: z.int().nonnegative(),
    checkpoint: signedCheckpoint.nullable(),
    oldestPendingMs: z.number().nonnegative().nullable(),
  }),
  blocks: z.strictObject({
    inForce: z.int().nonnegative(),
    /** Servers whose table holds exactly what is desired, of those that are managed. */
    held: z.int().nonnegative(),
    managed: z.int().nonnegative(),
  }),
});
export type FleetSummary = z.infer<typeof fleetSummary>;

export const GetFleet = query('fleet.GetFleet', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'backup', 'contractor'],
  sentence: 'Read the state of the whole fleet',
  input: z.strictObject({}),
  output: fleetSummary,
});
export const fleetQueries = [GetFleet] as const;
