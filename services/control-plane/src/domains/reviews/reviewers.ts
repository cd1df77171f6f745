// Whose duty a review is: an owner, and among owners the one who had one longest ago.
import { sql } from 'kysely';
import { ownersInForce } from '../access/index.ts';
import type { Connection } from '../../platform/database/database.ts';

/** null: nobody could do it. `but`: who is looked at in it. */
export async function nextReviewer(database: Connection, tenantId: string, but: string | null): Promise<string | null> {
  const owners = (await ownersInForce(database, tenantId)).filter((personId) => personId !== but);
  const { rows } = await sql<{ owner_id: string }>`
    select owner.id as owner_id from unnest(${owners}::uuid[]) with ordinality as owner(id, place)
    left join lateral (
      select max(opened_at) as at from muster.reviews_reviews r where r.owner_id = owner.id) last on true
    order by last.at nulls first, owner.place limit 1`.execute(database.db);
  return rows[0]?.owner_id ?? null;
}
