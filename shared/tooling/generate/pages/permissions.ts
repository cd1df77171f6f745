// docs/reference/permissions.md: what can be allowed, and what each permission opens.
import type { CommandDefinition, PermissionDefinition, QueryDefinition } from '../../../contracts/src/index.ts';
import { byDomain, page, table } from '../markdown.ts';

export function permissionsPage(
  permissions: readonly PermissionDefinition[],
  commands: readonly CommandDefinition[],
  queries: readonly QueryDefinition[],
): string {
  const opens = (permission: PermissionDefinition): string =>
    [...commands, ...queries]
      .filter((action) => action.permission.name === permission.name)
      .map((action) => `\`${action.name}\``)
      .join(', ');
  const sections = byDomain(permissions, (permission) => permission.name).map(([domain, definitions]) => {
    const rows = definitions.map((one) => [`\`${one.name}\``, one.sentence, one.risk, opens(one)]);
    return `## ${domain}\n\n${table(['permission', 'allows', 'risk', 'opens'], rows)}`;
  });
  return page('Permissions', 'Every permission, from `shared/contracts/src/<domain>/permissions.ts`.', sections);
}
