// Servers, groups and enrolment: what pages read and what they may ask for.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { accepted, groupName, pageSize, reason, serverName, sha256, tag, timestamp, uuid } from '../values.ts';
import { capabilityMode, capabilityName } from './events.ts';
import { inventory } from './inventory.ts';

export * from './events.ts';
export * from './inventory.ts';

/** present: answers. silent: does not. new: enrolled, fingerprint not confirmed. never: has not called yet. */
export const presence = z.enum(['present', 'silent', 'never', 'quarantined', 'retired']);

export const capabilityState = z.strictObject({
  capability: capabilityName,
  mode: capabilityMode,
  /** Why it cannot be managed (host policy forbids it, no root helper), null when it can. */
  barred: z.string().nullable(),
});

export const serverRow = z.strictObject({
  serverId: uuid,
  name: serverName,
  hostname: z.string(),
  presence,
  /** When the last sign of life arrived. */
  heardAt: timestamp.nullable(),
  /** Since when it is in this presence. */
  since: timestamp.nullable(),
  confirmed: z.boolean(),
  observeOnly: z.boolean(),
  simulated: z.boolean(),
  agentVersion: z.string(),
  tags: z.array(z.string()),
  groups: z.array(z.strictObject({ groupId: uuid, name: groupName })),
  os: z.string().nullable(),
  address: z.string().nullable(),
  openTasks: z.int().nonnegative(),
  /** Ban table: held = what nft holds equals what is desired. */
  bans: z.enum(['held', 'behind', 'drifted', 'observed', 'unknown']),
});
export type ServerRow = z.infer<typeof serverRow>;

/** The key that a server proves itself with. */
export const serverKey = z.strictObject({
  since: timestamp,
  /** A new one was asked for and has not been used yet. */
  rotationAskedAt: timestamp.nullable(),
  /** Why no new one can be asked for, null when one can. */
  fixed: z.string().nullable(),
  /** Somebody signed in with a former one last, and was refused. */
  misused: z.strictObject({ at: timestamp, source: z.string() }).nullable(),
});

export const serverDetail = serverRow.extend({
  fingerprint: sha256,
  key: serverKey,
  enrolledAt: timestamp,
  capabilities: z.array(capabilityState),
  inventory: inventory.nullable(),
  /** Smoothed clock difference host − control plane in milliseconds. */
  clockSkewMs: z.number().nullable(),
  witness: z.strictObject({ size: z.int().nonnegative(), at: timestamp }).nullable(),
});
export type ServerDetail = z.infer<typeof serverDetail>;

export const ListServers = query('servers.ListServers', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'backup', 'contractor'],
  sentence: 'List servers, filtered by group, tag, presence or part of the name',
  input: z.strictObject({
    q: z.string().max(80).optional(),
    group: uuid.optional(),
    tag: tag.optional(),
    presence: presence.optional(),
    after: z.string().max(200).optional(),
    limit: pageSize,
  }),
  output: z.strictObject({ servers: z.array(serverRow), next: z.string().nullable(), total: z.int().nonnegative() }),
});
export const GetServer = query('servers.GetServer', {
  risk: 'low',
  on: ['server', 'serverId'],
  roles: ['operator', 'security', 'backup', 'contractor'],
  sentence: 'Read one server with its facts',
  input: z.strictObject({ serverId: uuid }),
  output: serverDetail,
});

export const enrolmentView = z.strictObject({
  enrolmentId: uuid,
  state: z.enum(['waiting', 'downloaded', 'connected', 'confirmed', 'expired', 'cancelled']),
  /** Each step with its time once it happened. */
  steps: z.array(
    z.strictObject({ step: z.enum(['issued', 'downloaded', 'enrolled', 'connected', 'confirmed']), at: timestamp }),
  ),
  name: serverName.nullable(),
  groupIds: z.array(uuid),
  expiresAt: timestamp,
  server: z.strictObject({ serverId: uuid, name: serverName, hostname: z.string(), fingerprint: sha256 }).nullable(),
});
export const OpenEnrolment = command('servers.OpenEnrolment', {
  risk: 'high',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Issue a one-time token and the line to run on the server',
  shownOnce: { token: '', installLine: 'The token was shown once. Issue a new one' },
  input: z.strictObject({
    name: serverName.optional(),
    groupIds: z.array(uuid).max(20).default([]),
    simulated: z.boolean().default(false),
  }),
  output: accepted.extend({
    enrolmentId: uuid,
    /** Shown once; only its hash is kept. */
    token: z.string(),
    installLine: z.string(),
    expiresAt: timestamp,
  }),
});
export const CancelEnrolment = command('servers.CancelEnrolment', {
  risk: 'medium',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Withdraw an enrolment token',
  input: z.strictObject({ enrolmentId: uuid }),
  output: accepted,
});
export const GetEnrolment = query('servers.GetEnrolment', {
  risk: 'low',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Follow one enrolment',
  input: z.strictObject({ enrolmentId: uuid }),
  output: enrolmentView,
});
export const ConfirmFingerprint = command('servers.ConfirmFingerprint', {
  risk: 'high',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Confirm that the fingerprint on the server is the one shown here',
  input: z.strictObject({ serverId: uuid, fingerprint: sha256 }),
  output: accepted,
});
export const SetCapability = command('servers.SetCapability', {
  risk: 'high',
  on: ['server', 'serverId'],
  roles: ['operator'],
  sentence: 'Set a capability of a server to observe or managed',
  input: z.strictObject({ serverId: uuid, capability: capabilityName, mode: capabilityMode }),
  output: accepted.extend({ operationId: uuid.nullable() }),
});
export const RenameServer = command('servers.RenameServer', {
  risk: 'medium',
  on: ['server', 'serverId'],
  roles: ['operator'],
  sentence: 'Give a server another name',
  input: z.strictObject({ serverId: uuid, name: serverName }),
  output: accepted,
});
export const TagServer = command('servers.TagServer', {
  risk: 'high',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Set a server’s tags',
  input: z.strictObject({ serverId: uuid, tags: z.array(tag).max(32, 'A server has at most 32 tags') }),
  output: accepted,
});
export const RetireServer = command('servers.RetireServer', {
  risk: 'critical',
  on: ['server', 'serverId'],
  roles: ['operator'],
  sentence: 'Retire a server: its keys are refused from now on',
  input: z.strictObject({ serverId: uuid, reason }),
  output: accepted,
});
export const RotateKey = command('servers.RotateKey', {
  risk: 'high',
  on: ['server', 'serverId'],
  roles: ['operator'],
  sentence: 'Ask a server to replace its identity key; the old one is refused once the new one was used',
  input: z.strictObject({ serverId: uuid, reason }),
  output: accepted,
});

export const groupView = z.strictObject({
  groupId: uuid,
  name: groupName,
  servers: z.array(z.strictObject({ serverId: uuid, name: serverName, simulated: z.boolean() })),
});
export type GroupView = z.infer<typeof groupView>;
export const ListGroups = query('servers.ListGroups', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'backup', 'contractor'],
  sentence: 'List groups with their servers, and the tags in use',
  input: z.strictObject({}),
  output: z.strictObject({
    groups: z.array(groupView),
    tags: z.array(z.strictObject({ tag: z.string(), servers: z.int() })),
  }),
});
export const CreateGroup = command('servers.CreateGroup', {
  risk: 'medium',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Create a group',
  input: z.strictObject({ name: groupName, serverIds: z.array(uuid).max(5000).default([]) }),
  output: accepted.extend({ groupId: uuid }),
});
export const RenameGroup = command('servers.RenameGroup', {
  risk: 'medium',
  on: ['group', 'groupId'],
  roles: ['operator'],
  sentence: 'Rename a group',
  input: z.strictObject({ groupId: uuid, name: groupName }),
  output: accepted,
});
export const DeleteGroup = command('servers.DeleteGroup', {
  risk: 'high',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Delete a group; its servers stay',
  input: z.strictObject({ groupId: uuid }),
  output: accepted,
});
export const SetGroupMembers = command('servers.SetGroupMembers', {
  risk: 'high',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Set which servers belong to a group',
  input: z.strictObject({ groupId: uuid, serverIds: z.array(uuid).max(5000) }),
  output: accepted,
});

export const serverCommands = [
  OpenEnrolment,
  CancelEnrolment,
  ConfirmFingerprint,
  SetCapability,
  RenameServer,
  TagServer,
  RetireServer,
  RotateKey,
  CreateGroup,
  RenameGroup,
  DeleteGroup,
  SetGroupMembers,
] as const;
export const serverQueries = [ListServers, GetServer, GetEnrolment, ListGroups] as const;
