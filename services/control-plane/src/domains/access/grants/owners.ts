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
