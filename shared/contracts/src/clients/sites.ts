// Sites: what is found and whose it is; the rules that say so; servers of a client's own.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { accepted, pageSize, timestamp, uuid } from '../values.ts';
import { foundSite } from './telemetry.ts';
import { assignedBy, assignmentRules, externalRef, siteName } from './values.ts';

const operators = ['operator', 'security'] as const;

/** served: its server answers and says it serves it. gone: the server no longer says so. unknown: nobody looked yet. */
export const siteState = z.enum(['served', 'server-silent', 'gone', 'unknown']);
export type SiteState = z.infer<typeof siteState>;

export const siteRow = z.strictObject({
  siteId: uuid,
  name: z.string(),
  server: z.strictObject({ serverId: uuid, name: z.string() }).nullable(),
  client: z.strictObject({ clientId: uuid, name: z.string() }).nullable(),
  assignedBy: assignedBy.nullable(),
  externalRef: z.string().nullable(),
  state: siteState,
  /** null: not found on a server. */
  found: foundSite.omit({ name: true }).nullable(),
  seenAt: timestamp.nullable(),
});
export type SiteRow = z.infer<typeof siteRow>;

export const ListSites = query('clients.ListSites', {
  risk: 'low',
  on: 'visible',
  roles: [...operators, 'backup', 'contractor'],
  sentence: 'List sites with their server, client and state',
  input: z.strictObject({
    q: z.string().max(120).optional(),
    server: uuid.optional(),
    client: uuid.optional(),
    /** Only those that belong to nobody. */
    unassigned: z.stringbool().default(false),
    after: z.string().max(400).optional(),
    limit: pageSize,
  }),
  output: z.strictObject({ sites: z.array(siteRow), next: z.string().nullable() }),
});
export const AddSite = command('clients.AddSite', {
  risk: 'medium',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Add a site that no server reports',
  input: z.strictObject({
    name: siteName,
    serverId: uuid.nullable().default(null),
    clientId: uuid.nullable().default(null),
    externalRef: externalRef.nullable().default(null),
  }),
  output: accepted.extend({ siteId: uuid }),
});
export const AssignSite = command('clients.AssignSite', {
  risk: 'high',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Give a site to a client, or to nobody; rules do not change that any more',
  input: z.strictObject({ siteId: uuid, clientId: uuid.nullable() }),
  output: accepted,
});
export const RemoveSite = command('clients.RemoveSite', {
  risk: 'medium',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Remove a site that no server reports any more',
  input: z.strictObject({ siteId: uuid }),
  output: accepted,
});
export const GiveServer = command('clients.GiveServer', {
  risk: 'high',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Give a server to one client as its own, with all that is and was on it',
  input: z.strictObject({ clientId: uuid, serverId: uuid }),
  output: accepted,
});
export const TakeServer = command('clients.TakeServer', {
  risk: 'high',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'End that a server is one client’s own',
  input: z.strictObject({ clientId: uuid, serverId: uuid }),
  output: accepted,
});

/** What the rules would do with one site. */
export const ruleOutcome = z.strictObject({
  siteId: uuid,
  site: z.string(),
  server: z.string().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** Number of the rule that decides, from 1. */
  rule: z.int().positive().nullable(),
  /** Later rules that would give it to another client. */
  conflicts: z.array(z.strictObject({ rule: z.int().positive(), client: z.string() })),
  /** Why it stays as it is although a rule says otherwise. */
  kept: z.enum(['by-hand', 'by-import', 'own-server']).nullable(),
});
export type RuleOutcome = z.infer<typeof ruleOutcome>;

export const GetRules = query('clients.GetRules', {
  risk: 'low',
  on: 'fleet',
  roles: ['operator', 'security'],
  sentence: 'Read the rules that give sites to clients',
  input: z.strictObject({}),
  output: z.strictObject({ rules: assignmentRules, setAt: timestamp.nullable(), setBy: z.string().nullable() }),
});
export const PreviewRules = query('clients.PreviewRules', {
  risk: 'low',
  on: 'fleet',
  roles: ['operator', 'security'],
  sentence: 'Say what rules would change, and where they disagree, before they are set',
  input: z.strictObject({ rules: assignmentRules }),
  output: z.strictObject({
    sites: z.int().nonnegative(),
    changes: z.int().nonnegative(),
    conflicts: z.int().nonnegative(),
    /** Those that would change or where rules disagree; the first 500. */
    outcomes: z.array(ruleOutcome),
  }),
});
export const SetRules = command('clients.SetRules', {
  risk: 'high',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Set the rules that give sites to clients, and apply them',
  input: z.strictObject({ rules: assignmentRules }),
  output: accepted,
});

export const siteCommands = [AddSite, AssignSite, RemoveSite, GiveServer, TakeServer, SetRules] as const;
export const siteQueries = [ListSites, GetRules, PreviewRules] as const;
