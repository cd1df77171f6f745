// docs/reference/permissions.md: what can be allowed, where it counts, and which built-in roles hold it.
import {
  builtInRoles,
  roleHolds,
  type CommandDefinition,
  type PermissionDefinition,
  type QueryDefinition,
} from '../../../contracts/src/index.ts';
import { byDomain, page, table } from '../markdown.ts';

export function permissionsPage(commands: readonly CommandDefinition[], queries: readonly QueryDefinition[]): string {
  const permissions = [...commands, ...queries].map(({ permission }) => permission);
  const sections = byDomain(permissions, (permission) => permission.name).map(([domain, definitions]) => {
    const rows = definitions.map((one) => [`\`${one.name}\``, one.sentence, one.risk, where(one), roles(one)]);
    return `## ${domain}\n\n${table(['permission', 'allows', 'risk', 'on', 'roles'], rows)}`;
  });
  const about = table(
    ['role', 'is', 'must end', 'granted on'],
    builtInRoles.map((role) => [role.title, role.sentence, role.mustEnd ? 'yes' : 'no', role.scopes.join(', ')]),
  );
  const intro =
    'One permission per command and query, made from its declaration in `shared/contracts/src/<domain>/index.ts`. The owner holds all of them, the auditor every one that only reads.';
  return page('Permissions', intro, [`## Built-in roles\n\n${about}`, ...sections]);
}

function where({ on }: PermissionDefinition): string {
  if (on === 'self') return 'one’s own account';
  if (on === 'fleet') return 'the whole fleet';
  if (on === 'visible') return 'what one’s scopes show';
  return `the ${on[0]}`;
}

function roles(permission: PermissionDefinition): string {
  return builtInRoles
    .filter(({ role }) => role !== 'owner' && roleHolds(role, permission))
    .map(({ title }) => title)
    .join(', ');
}
