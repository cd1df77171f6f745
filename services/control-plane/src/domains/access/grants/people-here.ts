// Which of these people are still here: they hold a grant in force. For domains that keep somebody's name beside a promise.
import { sql } from 'kysely';
import type { Connection } from '../../../platform/database/database.ts';

export class PeopleHere {
  constructor(private readonly database: Connection) {}

  async among(personIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (personIds.length === 0) return new Set();
    const { rows } = await sql<{ holder_id: string }>`
      select distinct holder_id::text from muster.access_grants
      where holder_id::text = any(${personIds}::text[]) and ended_at is null and starts_at <= now()
        and (until is null or until > now())`.execute(this.database.db);
    return new Set(rows.map((row) => row.holder_id));
  }
}
