// Roles: named sets of permissions. The built-in ones are made from the catalogue, where each definition names the roles
// that hold it, so that a new command is in the right roles from its first day.
import type { NamedRole, PermissionDefinition } from './define.ts';

export type BuiltInRole = 'owner' | 'auditor' | NamedRole;
/** What a grant may be limited to. */
export type ScopeKind = 'fleet' | 'group' | 'tag' | 'client' | 'server';

export interface RoleDefinition {
  readonly role: BuiltInRole;
  readonly title: string;
  readonly sentence: string;
  /** A grant of it without an end is refused. */
  readonly mustEnd: boolean;
  /** Where it may be granted. */
  readonly scopes: readonly ScopeKind[];
}

const ANYWHERE = ['fleet', 'group', 'tag', 'client', 'server'] as const;

export const builtInRoles: readonly RoleDefinition[] = [
  {
    role: 'owner',
    title: 'Owner',
    sentence: 'Does everything, and decides who else may',
    mustEnd: false,
    scopes: ['fleet'],
  },
  { role: 'operator', title: 'Operator', sentence: 'Runs servers day by day', mustEnd: false, scopes: ANYWHERE },
  {
    role: 'security',
    title: 'Security',
    sentence: 'Blocks, protects and investigates',
    mustEnd: false,
    scopes: ANYWHERE,
  },
  { role: 'backup', title: 'Backup', sentence: 'Looks after backups and restores', mustEnd: false, scopes: ANYWHERE },
  {
    role: 'auditor',
    title: 'Auditor',
    sentence: 'Reads everything, changes nothing',
    mustEnd: false,
    scopes: ANYWHERE,
  },
  {
    role: 'contractor',
    title: 'Contractor',
    sentence: 'Helps for a time: sees servers, blocks addresses, asks failed tasks again',
    mustEnd: true,
    scopes: ['group', 'tag', 'client', 'server'],
  },
  {
    role: 'client-admin',
    title: 'Client administrator',
    sentence: 'A client’s own person: sees its sites, frees its own addresses',
    mustEnd: false,
    scopes: ['client'],
  },
  {
    role: 'client-viewer',
    title: 'Client viewer',
    sentence: 'A client’s own person: sees its sites',
    mustEnd: false,
    scopes: ['client'],
  },
];

export const isBuiltInRole = (role: string): role is BuiltInRole => builtInRoles.some((known) => known.role === role);

/** Whether a built-in role holds a permission. What is about oneself needs none. */
export function roleHolds(role: BuiltInRole, permission: PermissionDefinition): boolean {
  if (permission.on === 'self') return false;
  if (role === 'owner') return true;
  if (role === 'auditor') return !permission.changes;
  return permission.roles.includes(role);
}
