// Clients: what pages read and what people may ask for.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { accepted, pageSize, timestamp, uuid } from '../values.ts';
import { dashboardQueries, UnblockAddress } from './dashboard.ts';
import { GetClientPosture, GetClientTrend } from './posture.ts';
import { ImportClients, PreviewImport } from './import.ts';
import { siteCommands, siteQueries } from './sites.ts';
import { askedLimits, clientName, externalRef, unblockLimits } from './values.ts';

export * from './dashboard.ts';
export * from './posture.ts';
export * from './events.ts';
export * from './import.ts';
export * from './sites.ts';
export * from './telemetry.ts';
export * from './values.ts';

export const clientRow = z.strictObject({
  clientId: uuid,
  name: z.string(),
  externalRef: z.string().nullable(),
  archived: z.boolean(),
  sites: z.int().nonnegative(),
  /** Servers with sites of it, and those that are its own. */
  servers: z.int().nonnegative(),
  createdAt: timestamp,
});
export type ClientRow = z.infer<typeof clientRow>;

export const ListClients = query('clients.ListClients', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'backup', 'contractor'],
  sentence: 'List clients with what is theirs',
  input: z.strictObject({
    q: z.string().max(120).optional(),
    archived: z.stringbool().default(false),
    after: z.string().max(400).optional(),
    limit: pageSize,
  }),
  output: z.strictObject({ clients: z.array(clientRow), next: z.string().nullable() }),
});
export const GetClient = query('clients.GetClient', {
  risk: 'low',
  on: ['client', 'clientId'],
  roles: ['operator', 'security', 'backup', 'contractor'],
  sentence: 'Read one client with its own servers and limits',
  input: z.strictObject({ clientId: uuid }),
  output: clientRow.extend({
    limits: unblockLimits,
    ownServers: z.array(z.strictObject({ serverId: uuid, name: z.string() })),
  }),
});
export const CreateClient = command('clients.CreateClient', {
  risk: 'medium',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Create a client',
  input: z.strictObject({ name: clientName, externalRef: externalRef.nullable().default(null) }),
  output: accepted.extend({ clientId: uuid }),
});
export const ChangeClient = command('clients.ChangeClient', {
  risk: 'medium',
  on: ['client', 'clientId'],
  roles: ['operator'],
  sentence: 'Rename a client or change its external reference',
  input: z.strictObject({ clientId: uuid, name: clientName, externalRef: externalRef.nullable() }),
  output: accepted,
});
export const ArchiveClient = command('clients.ArchiveClient', {
  risk: 'high',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Archive a client that has no sites and servers any more',
  input: z.strictObject({ clientId: uuid }),
  output: accepted,
});
export const SetUnblockLimits = command('clients.SetUnblockLimits', {
  risk: 'high',
  on: ['client', 'clientId'],
  roles: ['operator', 'security'],
  sentence: 'Set what a client’s people may unblock by themselves',
  input: z.strictObject({ clientId: uuid, limits: askedLimits }),
  output: accepted,
});

export const clientCommands = [
  CreateClient,
  ChangeClient,
  ArchiveClient,
  SetUnblockLimits,
  ...siteCommands,
  ImportClients,
  UnblockAddress,
] as const;
export const clientQueries = [
  ListClients,
  GetClient,
  ...siteQueries,
  PreviewImport,
  ...dashboardQueries,
  GetClientPosture,
  GetClientTrend,
] as const;
