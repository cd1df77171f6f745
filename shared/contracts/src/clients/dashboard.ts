// What a client sees of its own: sites, the state of their servers, bans that hit them, what was done on its behalf with
// proofs, who is responsible for what; and the one thing it may do.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { signedCheckpoint } from '../ledger/index.ts';
import { accepted, ipRangeText, pageSize, timestamp, uuid } from '../values.ts';
import { siteState } from './sites.ts';
import { unblockLimits } from './values.ts';

const readers = ['client-admin', 'client-viewer', 'operator', 'security'] as const;
const about = { on: ['client', 'clientId'], roles: readers } as const;

/** Part of the matrix of responsibilities: who does it, and what was measured. */
export const duty = z.strictObject({
  duty: z.enum([
    'servers-answer',
    'sites-served',
    'certificates',
    'bans-enforced',
    'attacks-stopped',
    'second-factor',
    'people',
  ]),
  who: z.enum(['platform', 'client']),
  state: z.enum(['ok', 'warn', 'critical', 'unknown']),
  /** What the sentence needs; the page writes the words. */
  measured: z.strictObject({
    good: z.int().nonnegative(),
    of: z.int().nonnegative(),
    names: z.array(z.string()).max(20),
    at: timestamp.nullable(),
  }),
});
export type Duty = z.infer<typeof duty>;

export const clientSite = z.strictObject({
  siteId: uuid,
  name: z.string(),
  serverId: uuid.nullable(),
  server: z.string().nullable(),
  state: siteState,
  since: timestamp.nullable(),
  certificateUntil: timestamp.nullable(),
  bans24h: z.int().nonnegative(),
});
export type ClientSite = z.infer<typeof clientSite>;

export const GetDashboard = query('clients.GetDashboard', {
  risk: 'low',
  ...about,
  sentence: 'Read a client’s own page: its sites, servers, duties and people',
  input: z.strictObject({ clientId: uuid }),
  output: z.strictObject({
    clientId: uuid,
    name: z.string(),
    at: timestamp,
    sites: z.array(clientSite),
    /** Servers with sites of this client: no more of them than this. */
    servers: z.array(
      z.strictObject({
        serverId: uuid,
        name: z.string(),
        own: z.boolean(),
        answers: z.boolean(),
        heardAt: timestamp.nullable(),
        sites: z.int().nonnegative(),
      }),
    ),
    duties: z.array(duty),
    people: z.array(
      z.strictObject({ personId: uuid, name: z.string().nullable(), role: z.string(), secondFactor: z.boolean() }),
    ),
    limits: unblockLimits,
    usedToday: z.int().nonnegative(),
    /** The address that the reader is signed in from. */
    present: z.string().nullable(),
    mayUnblock: z.boolean(),
    /** Nothing is sent to any server since then: what is asked for waits. Whose stop it is, and why, is not the client’s. */
    stoppedSince: timestamp.nullable(),
  }),
});
export type Dashboard = z.infer<typeof GetDashboard.output>;

export const ListClientBans = query('clients.ListClientBans', {
  risk: 'low',
  ...about,
  sentence: 'List the bans that hit a client’s sites, newest first',
  input: z.strictObject({ clientId: uuid, before: z.string().max(200).optional(), limit: pageSize }),
  output: z.strictObject({
    rows: z.array(
      z.strictObject({
        id: z.string(),
        at: timestamp,
        what: z.enum(['banned', 'unbanned', 'found']),
        address: z.string().nullable(),
        jail: z.string(),
        server: z.string(),
        banSeconds: z.int().nullable(),
      }),
    ),
    next: z.string().nullable(),
  }),
});

export const doneForClient = z.strictObject({
  position: z.int().nonnegative(),
  at: timestamp,
  type: z.string(),
  /** One of its own people by name; else the operations team or Muster itself. */
  by: z.strictObject({ kind: z.enum(['own', 'team', 'system']), name: z.string().nullable() }),
  data: z.record(z.string(), z.json()),
});
export type DoneForClient = z.infer<typeof doneForClient>;
export const ListDone = query('clients.ListDone', {
  risk: 'low',
  ...about,
  sentence: 'List what was done on a client’s behalf, newest first',
  input: z.strictObject({ clientId: uuid, before: z.coerce.number().int().nonnegative().optional(), limit: pageSize }),
  output: z.strictObject({
    entries: z.array(doneForClient),
    next: z.int().nonnegative().nullable(),
    checkpoint: signedCheckpoint.pick({ size: true, createdAt: true }).nullable(),
  }),
});
export const ExportExtract = query('clients.ExportExtract', {
  risk: 'medium',
  ...about,
  sensitive: true,
  sentence: 'Export what was done on a client’s behalf, each entry with a proof that `muster verify` checks',
  input: z.strictObject({ clientId: uuid }),
  output: z.unknown(),
});

export const CheckAddress = query('clients.CheckAddress', {
  risk: 'low',
  ...about,
  sentence: 'Say whether one of the client’s own addresses is banned by what guards its sites',
  input: z.strictObject({ clientId: uuid, address: ipRangeText }),
  output: z.strictObject({
    address: z.string(),
    banned: z.array(z.strictObject({ server: z.string(), jail: z.string() })),
    /** Why it cannot be lifted from here; null when it can. */
    refusal: z.string().nullable(),
    left: z.int().nonnegative(),
  }),
});
export const UnblockAddress = command('clients.UnblockAddress', {
  risk: 'medium',
  on: ['client', 'clientId'],
  roles: ['client-admin', 'operator', 'security'],
  sentence: 'Let one of the client’s own addresses go, within its limits',
  input: z.strictObject({ clientId: uuid, address: ipRangeText }),
  output: accepted.extend({ operationId: uuid, left: z.int().nonnegative() }),
});

export const dashboardQueries = [GetDashboard, ListClientBans, ListDone, ExportExtract, CheckAddress] as const;
