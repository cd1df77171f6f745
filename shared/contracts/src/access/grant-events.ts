// Who may do what, where and until when, as it was decided. A grant that is over is an event too, whoever ended it.
import { z } from 'zod';
import { event } from '../define.ts';
import { reason, timestamp, uuid } from '../values.ts';
import { grantScope } from './scope.ts';

const person = '0190b5e2-7a10-7000-8000-00000000a001';
const grant = '0190b5e2-7a10-7000-8000-00000000a101';
const group = '0190b5e2-7a10-7000-8000-00000000a102';
const role = '0190b5e2-7a10-7000-8000-00000000a103';

/** A built-in role's word, or the id of an own role. */
export const roleRef = z.string().min(1).max(40);
export const permissionNames = z
  .array(z.string().regex(/^[a-z]+\.[a-z0-9-]+\.[a-z]+$/, 'is not the name of a permission'))
  .min(1, 'A role needs at least one permission')
  .max(500);
export const roleName = z.string().trim().min(1, 'A role needs a name').max(60, 'A role’s name ends at 60 characters');

const roleFields = { roleId: uuid, name: roleName, sentence: z.string().max(200), permissions: permissionNames };
const roleExample = {
  roleId: role,
  name: 'Night watch',
  sentence: 'Looks and blocks, changes no server',
  permissions: ['bans.address.block', 'servers.servers.list'],
};

export const RoleDefined = event('access.RoleDefined', {
  class: 'action',
  sentence: 'An own role was defined',
  schema: z.strictObject(roleFields),
  example: roleExample,
});
export const RoleChanged = event('access.RoleChanged', {
  class: 'action',
  sentence: 'The permissions of an own role were changed',
  schema: z.strictObject(roleFields),
  example: { ...roleExample, name: 'Night and weekend watch' },
});
export const RoleRemoved = event('access.RoleRemoved', {
  class: 'action',
  sentence: 'An own role was removed',
  schema: z.strictObject({ roleId: uuid }),
  example: { roleId: role },
});

export const GrantGiven = event('access.GrantGiven', {
  class: 'action',
  sentence: 'Somebody was granted a role on a scope, until a time',
  schema: z.strictObject({
    grantId: uuid,
    /** A person or a service account. */
    holderId: uuid,
    role: roleRef,
    scope: grantScope,
    from: timestamp,
    until: timestamp.nullable(),
    reason,
  }),
  example: {
    grantId: grant,
    holderId: person,
    role: 'contractor',
    scope: { kind: 'group', groupId: group },
    from: '2026-11-20T02:00:00Z',
    until: '2026-11-27T18:00:00Z',
    reason: 'Moves the shop to the new servers',
  },
});
export const grantEnd = z.enum(['revoked', 'expired', 'reviewed', 'offboarded']);
export const GrantEnded = event('access.GrantEnded', {
  class: 'action',
  sentence: 'A grant ended: revoked, expired, not kept in a review, or its holder left',
  schema: z.strictObject({ grantId: uuid, holderId: uuid, why: grantEnd, reason: z.string().max(500) }),
  example: { grantId: grant, holderId: person, why: 'expired', reason: 'Its end had come' },
});
export const GrantEndingSoon = event('access.GrantEndingSoon', {
  class: 'fact',
  sentence: 'A grant is about to end',
  schema: z.strictObject({ grantId: uuid, holderId: uuid, until: timestamp, days: z.int().nonnegative() }),
  example: { grantId: grant, holderId: person, until: '2026-11-27T18:00:00Z', days: 1 },
});

export const PersonOffboarded = event('access.PersonOffboarded', {
  class: 'action',
  sentence: 'A person left: every grant, token, session, passkey and password of theirs ended at once',
  schema: z.strictObject({ personId: uuid, grants: z.int().nonnegative(), reason }),
  example: { personId: person, grants: 2, reason: 'Left the company on Friday' },
});

export const BreakGlassOpened = event('access.BreakGlassOpened', {
  class: 'action',
  sentence: 'The emergency account was unsealed on the host: somebody is owner with it until a time',
  schema: z.strictObject({ breakGlassId: uuid, personId: uuid, until: timestamp, reason }),
  example: {
    breakGlassId: grant,
    personId: person,
    until: '2026-11-20T04:00:00Z',
    reason: 'Both owners lost their phones',
  },
});
export const BreakGlassEnded = event('access.BreakGlassEnded', {
  class: 'fact',
  sentence: 'The time of an emergency account was over: its sessions and whatever opened it are gone',
  schema: z.strictObject({ breakGlassId: uuid, personId: uuid, sessions: z.int().nonnegative() }),
  example: { breakGlassId: grant, personId: person, sessions: 1 },
});
export const SubjectErased = event('access.SubjectErased', {
  class: 'action',
  sentence: 'A person was erased: the key of every personal field is destroyed, and what was recorded stays provable',
  schema: z.strictObject({ personId: uuid, reason }),
  example: { personId: person, reason: 'Asked for it on paper, 12 November' },
});

export const grantEvents = [
  RoleDefined,
  RoleChanged,
  RoleRemoved,
  GrantGiven,
  GrantEnded,
  GrantEndingSoon,
  PersonOffboarded,
  BreakGlassOpened,
  BreakGlassEnded,
  SubjectErased,
] as const;
