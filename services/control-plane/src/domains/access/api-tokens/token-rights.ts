// What a token may at this moment: its roles on its scopes, as far as its holder's own grants reach there now. When the
// holder loses a right, his tokens have lost it with the next request.
import { isBuiltInRole, permissionsOf } from '@muster/contracts';
import { scopeKey, type TokenMay } from '@muster/contracts/access';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Authority } from '../../../platform/cqrs/authority.ts';
import type { HeldGrant } from '../../../platform/cqrs/principal.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';

@Injectable()
export class TokenRights {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(Authority) private readonly authority: Authority,
  ) {}

  /** As grants of their own: each names the holder's grant that it is a part of. */
  async narrowed(may: TokenMay, held: readonly HeldGrant[]): Promise<readonly HeldGrant[]> {
    const permissionsOfRole = await this.#roles(may);
    const parts = await Promise.all(
      may.map(async ({ role, scope }) => {
        const wanted = permissionsOfRole(role);
        const covering = await this.#covering(scope, held);
        return covering.map((grant) => ({
          ...grant,
          role,
          scope: scopeKey(scope),
          permissions: new Set([...grant.permissions].filter((permission) => wanted.has(permission))),
        }));
      }),
    );
    return parts.flat().filter(({ permissions }) => permissions.size > 0);
  }

  /** Permissions of a role on a scope that somebody with these grants does not have there. */
  async beyond({ role, scope }: TokenMay[number], held: readonly HeldGrant[]): Promise<readonly string[]> {
    const wanted = (await this.#roles([{ role, scope }]))(role);
    const own = new Set((await this.#covering(scope, held)).flatMap(({ permissions }) => [...permissions]));
    return [...wanted].filter((permission) => !own.has(permission));
  }

  /** Grants that hold everything there: on the fleet, on the same scope, or for one server on a group or tag it is in. */
  async #covering(scope: TokenMay[number]['scope'], held: readonly HeldGrant[]): Promise<readonly HeldGrant[]> {
    const key = scopeKey(scope);
    const covers = await Promise.all(
      held.map(async (grant) => {
        if (grant.scope === 'fleet' || grant.scope === key) return true;
        if (scope.kind !== 'server' || grant.scope.startsWith('client:')) return false;
        return (await this.authority.serversIn([grant.scope])).has(scope.serverId);
      }),
    );
    return held.filter((_, index) => covers[index]);
  }

  async #roles(may: TokenMay): Promise<(role: string) => ReadonlySet<string>> {
    const own = may.map(({ role }) => role).filter((role) => !isBuiltInRole(role));
    const found = new Map<string, ReadonlySet<string>>();
    if (own.length > 0) {
      const { rows } = await sql<{ role_id: string; permissions: string[] }>`
        select role_id, permissions from muster.access_roles
        where role_id::text = any(${own}::text[]) and removed_at is null`.execute(this.database.db);
      for (const row of rows) found.set(row.role_id, new Set(row.permissions));
    }
    return (role) => (isBuiltInRole(role) ? permissionsOf(role) : (found.get(role) ?? new Set()));
  }
}
