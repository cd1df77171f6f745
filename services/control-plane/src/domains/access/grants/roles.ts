// Roles as they can be granted: the built-in ones of the catalogue, and the team's own.
import { builtInRoles, isBuiltInRole, permissionsOf, type ScopeKind } from '@muster/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';

export interface Role {
  readonly role: string;
  readonly title: string;
  readonly sentence: string;
  readonly builtIn: boolean;
  readonly mustEnd: boolean;
  readonly scopes: readonly ScopeKind[];
  readonly permissions: ReadonlySet<string>;
}

@Injectable()
export class Roles {
  constructor(@Inject(SYSTEM_DATABASE) private readonly database: Connection) {}

  /** Built-in ones first. */
  async all(tenantId: string): Promise<readonly Role[]> {
    const { rows } = await sql<{ role_id: string; name: string; sentence: string; permissions: string[] }>`
      select role_id, name, sentence, permissions from muster.access_roles
      where tenant_id = ${tenantId} and removed_at is null order by lower(name)`.execute(this.database.db);
    return [
      ...builtInRoles.map((role) => ({ ...role, builtIn: true, permissions: permissionsOf(role.role) })),
      ...rows.map((row) => ({
        role: row.role_id,
        title: row.name,
        sentence: row.sentence,
        builtIn: false,
        mustEnd: false,
        scopes: ['fleet', 'group', 'tag', 'client', 'server'] as const,
        permissions: new Set(row.permissions),
      })),
    ];
  }

  async find(tenantId: string, role: string): Promise<Role | null> {
    return (await this.all(tenantId)).find((known) => known.role === role) ?? null;
  }

  /** What a role is called, also one that was removed. */
  async titles(): Promise<(role: string) => string> {
    const { rows } = await sql<{ role_id: string; name: string }>`
      select role_id, name from muster.access_roles`.execute(this.database.db);
    const own = new Map(rows.map((row) => [row.role_id, row.name]));
    return (role) =>
      isBuiltInRole(role)
        ? (builtInRoles.find((known) => known.role === role)?.title ?? role)
        : (own.get(role) ?? 'A role that was removed');
  }

  /** Grants of it that have not ended. */
  async holders(role: string): Promise<number> {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from muster.access_grants
      where role = ${role} and ended_at is null and (until is null or until > now())`.execute(this.database.db);
    return rows[0]?.n ?? 0;
  }
}
