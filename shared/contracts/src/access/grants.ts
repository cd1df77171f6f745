// Roles and grants: who may do what, where, until when, and who decided it.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { accepted, pageSize, reason, timestamp, uuid } from '../values.ts';
import { grantEnd, permissionNames, roleName, roleRef } from './grant-events.ts';
import { grantScope } from './scope.ts';

export * from './grant-events.ts';
export * from './scope.ts';

export const roleView = z.strictObject({
  role: roleRef,
  title: z.string(),
  sentence: z.string(),
  builtIn: z.boolean(),
  mustEnd: z.boolean(),
  scopes: z.array(z.enum(['fleet', 'group', 'tag', 'client', 'server'])),
  permissions: z.array(z.string()),
  /** Grants of it that are in force and that the reader may see. */
  holders: z.int().nonnegative(),
});
export type RoleView = z.infer<typeof roleView>;

export const grantView = z.strictObject({
  grantId: uuid,
  holder: z.strictObject({ id: uuid, name: z.string().nullable() }),
  role: roleRef,
  roleTitle: z.string(),
  scope: grantScope,
  /** What the scope is called: "the fleet", a group's or client's name, a tag. */
  scopeName: z.string(),
  from: timestamp,
  until: timestamp.nullable(),
  reason: z.string(),
  givenBy: z.strictObject({ id: z.string(), name: z.string().nullable() }),
  state: z.enum(['coming', 'in-force', 'ended']),
  endedAt: timestamp.nullable(),
  endedWhy: grantEnd.nullable(),
  /** Ledger position of the decision. */
  position: z.int().nonnegative(),
});
export type GrantView = z.infer<typeof grantView>;

export const ListRoles = query('access.ListRoles', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security'],
  sentence: 'List roles and the permissions they hold',
  input: z.strictObject({}),
  output: z.strictObject({ roles: z.array(roleView) }),
});
/** Those that end soonest come first. */
const grantPage = { after: z.string().max(200).optional(), limit: pageSize };

export const ListGrants = query('access.ListGrants', {
  risk: 'medium',
  on: 'visible',
  roles: ['security'],
  sentence: 'List grants: who holds which role where, until when, and why',
  input: z.strictObject({
    holder: uuid.optional(),
    role: roleRef.optional(),
    /** Ended ones too. */
    ended: z.stringbool().default(false),
    ...grantPage,
  }),
  output: z.strictObject({
    grants: z.array(grantView),
    next: z.string().nullable(),
    /** Of all of them, not of this page: in force, by how many holders, and how many without an end. */
    inForce: z.strictObject({
      grants: z.int().nonnegative(),
      holders: z.int().nonnegative(),
      endless: z.int().nonnegative(),
    }),
  }),
});
export const ExplainPermission = query('access.ExplainPermission', {
  risk: 'medium',
  on: 'fleet',
  roles: ['security'],
  sentence: 'Say who can do something, on what, and by which grant',
  input: z.strictObject({
    permission: z.string().max(120),
    /** Only who can do it to this server. */
    server: uuid.optional(),
    ...grantPage,
  }),
  output: z.strictObject({
    permission: z.string(),
    sentence: z.string(),
    risk: z.enum(['low', 'medium', 'high', 'critical']),
    /** Each is a reason: person, role, scope, decision. */
    grants: z.array(grantView),
    next: z.string().nullable(),
    /** Of all pages. */
    holders: z.int().nonnegative(),
    /** Grants that hold the permission, and do not reach that server. */
    elsewhere: z.int().nonnegative(),
  }),
});

export const GiveGrant = command('access.GiveGrant', {
  risk: 'critical',
  on: ['scope', 'scope'],
  roles: [],
  sentence: 'Grant somebody a role on a scope',
  input: z.strictObject({
    holderId: uuid,
    role: roleRef,
    scope: grantScope,
    from: timestamp.optional(),
    /** null: until it is revoked; refused for roles that must end. */
    until: timestamp.nullable(),
    reason,
  }),
  output: accepted.extend({ grantId: uuid }),
});
export const RevokeGrant = command('access.RevokeGrant', {
  risk: 'high',
  on: ['grant', 'grantId'],
  roles: [],
  sentence: 'End a grant before its time',
  input: z.strictObject({ grantId: uuid, reason }),
  output: accepted,
});
export const DefineRole = command('access.DefineRole', {
  risk: 'critical',
  on: 'fleet',
  roles: [],
  sentence: 'Define an own role',
  input: z.strictObject({
    name: roleName,
    sentence: z.string().trim().max(200).default(''),
    permissions: permissionNames,
  }),
  output: accepted.extend({ roleId: uuid }),
});
export const ChangeRole = command('access.ChangeRole', {
  risk: 'critical',
  on: 'fleet',
  roles: [],
  sentence: 'Change what an own role may do',
  input: z.strictObject({
    roleId: uuid,
    name: roleName,
    sentence: z.string().trim().max(200).default(''),
    permissions: permissionNames,
  }),
  output: accepted,
});
export const RemoveRole = command('access.RemoveRole', {
  risk: 'high',
  on: 'fleet',
  roles: [],
  sentence: 'Remove an own role that nobody holds',
  input: z.strictObject({ roleId: uuid }),
  output: accepted,
});

export const OffboardPerson = command('access.OffboardPerson', {
  risk: 'critical',
  on: 'fleet',
  roles: [],
  sentence: 'Let a person go: end every grant, token, session, passkey and password at once',
  input: z.strictObject({ personId: uuid, reason }),
  output: accepted.extend({
    grants: z.int().nonnegative(),
    sessions: z.int().nonnegative(),
    tokens: z.int().nonnegative(),
    /** Service accounts that need another owner, or new tokens. */
    serviceAccounts: z.int().nonnegative(),
  }),
});

export const ErasePerson = command('access.ErasePerson', {
  risk: 'critical',
  on: 'fleet',
  roles: [],
  sentence: 'Erase a person who left: destroy the key of every personal field, for ever and everywhere',
  input: z.strictObject({ personId: uuid, reason }),
  output: accepted,
});

/** Who and what there was at a time, from the events until then. */
export const GetPopulation = query('access.GetPopulation', {
  risk: 'medium',
  on: 'fleet',
  roles: ['security'],
  sentence: 'List people, grants and servers as they were at a time',
  input: z.strictObject({ at: timestamp }),
  output: z.strictObject({
    at: timestamp,
    people: z.array(
      z.strictObject({ personId: uuid, name: z.string().nullable(), state: z.enum(['invited', 'active']) }),
    ),
    grants: z.array(
      z.strictObject({
        grantId: uuid,
        holder: z.strictObject({ id: uuid, name: z.string().nullable() }),
        role: roleRef,
        roleTitle: z.string(),
        scope: grantScope,
        scopeName: z.string(),
        until: timestamp.nullable(),
      }),
    ),
    servers: z.array(z.strictObject({ serverId: uuid, name: z.string(), confirmed: z.boolean() })),
  }),
});

export const grantCommands = [
  GiveGrant,
  RevokeGrant,
  DefineRole,
  ChangeRole,
  RemoveRole,
  OffboardPerson,
  ErasePerson,
] as const;
export const grantQueries = [ListRoles, ListGrants, ExplainPermission, GetPopulation] as const;
