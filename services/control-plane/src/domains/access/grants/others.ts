// Whether somebody else is there who could do it: separation of duties asks, and where nobody is, it must not stand still.
import { builtInRoles, permissionsOf } from '@muster/contracts';
import { sql } from 'kysely';
import type { Connection } from '../../../platform/database/database.ts';

/**
 * Is there another person with that permission on the whole fleet at this moment? Service accounts prove no second factor,
 * and an emergency account is nobody's second pair of eyes: neither counts.
 */
export async function othersMay(
  { db }: Connection,
  tenantId: string,
  permission: string,
  actor: string,
): Promise<boolean> {
  const holding = builtInRoles.filter(({ role }) => permissionsOf(role).has(permission)).map(({ role }) => role);
  const { rows } = await sql`
    select 1 from muster.access_grants g
    join muster.access_people p on p.person_id = g.holder_id and p.state = 'active'
    left join muster.access_roles r on r.role_id::text = g.role and r.removed_at is null
    where g.tenant_id = ${tenantId} and g.holder_id <> ${actor} and g.scope_key = 'fleet' and g.ended_at is null
      and g.starts_at <= now() and (g.until is null or g.until > now())
      and (g.role = any(${holding}::text[]) or ${permission} = any(r.permissions))
      and not exists (select 1 from muster.access_break_glass b where b.person_id = g.holder_id)
    limit 1`.execute(db);
  return rows.length > 0;
}
