// What somebody holds at this very moment. A grant counts from its beginning to its end by the database's clock, whether
// or not the event that says so has been written yet.
import { isBuiltInRole, permissionsOf } from '@muster/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { HeldGrant } from '../../../platform/cqrs/principal.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';

/** Grants of these holders changed; payload `{ holderIds }`. What they may is judged anew, on open sockets too. */
export const GRANTS_CHANGED = 'access.grants-changed';

interface Row {
  grant_id: string;
  role: string;
  scope_key: string;
  until: Date | null;
  own: string[] | null;
}

/** Widest first, as pages name a person's role. */
const BREADTH = ['fleet', 'group', 'tag', 'client', 'server'];

@Injectable()
export class Grants {
  constructor(@Inject(SYSTEM_DATABASE) private readonly database: Connection) {}

  async of(holderId: string): Promise<readonly HeldGrant[]> {
    const { rows } = await sql<Row>`
      select g.grant_id, g.role, g.scope_key, g.until, r.permissions as own
      from muster.access_grants g
      left join muster.access_roles r on r.role_id::text = g.role and r.removed_at is null
      where g.holder_id = ${holderId} and g.ended_at is null and g.starts_at <= now()
        and (g.until is null or g.until > now())`.execute(this.database.db);
    return rows
      .map((row) => ({
        grantId: row.grant_id,
        role: row.role,
        scope: row.scope_key,
        permissions: isBuiltInRole(row.role) ? permissionsOf(row.role) : new Set(row.own ?? []),
        until: row.until,
      }))
      .sort((a, b) => breadth(a) - breadth(b) || b.permissions.size - a.permissions.size);
  }
}

const breadth = ({ scope }: HeldGrant) => BREADTH.indexOf(scope.split(':', 1)[0] ?? '');

export function allPermissions(grants: readonly HeldGrant[]): ReadonlySet<string> {
  return new Set(grants.flatMap(({ permissions }) => [...permissions]));
}
