// Somebody must stay who can give the next grant: an owner whose grant has no end.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';

@Injectable()
export class Owners {
  constructor(@Inject(SYSTEM_DATABASE) private readonly database: Connection) {}

  /** Is there an owner left once these grants are gone? */
  async remainWithout(gone: { grantId: string } | { holderId: string }): Promise<boolean> {
    const others =
      'grantId' in gone ? sql`grant_id <> ${gone.grantId}::uuid` : sql`holder_id <> ${gone.holderId}::uuid`;
    const { rows } = await sql`
      select 1 from muster.access_grants
      where role = 'owner' and ended_at is null and starts_at <= now() and until is null and ${others}
      limit 1`.execute(this.database.db);
    return rows.length > 0;
  }

  refusal(): Refusal {
    const sentence = 'This is the last owner. Make somebody else owner first, without an end';
    return new Refusal('conflict', 'last-owner', sentence);
  }
}

/** Who is owner at this moment, those without an end first: whose duty things can be. No emergency account is. */
export async function ownersInForce({ db }: Connection, tenantId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ holder_id: string }>`
    select holder_id from muster.access_grants
    where tenant_id = ${tenantId} and role = 'owner' and ended_at is null and starts_at <= now()
      and (until is null or until > now())
      and not exists (select 1 from muster.access_break_glass b where b.person_id = holder_id)
    group by holder_id order by bool_or(until is null) desc, min(given_at)`.execute(db);
  return rows.map((row) => row.holder_id);
}
