// The little that bans needs to know of people: what they are called, and from where they are signed in right now.
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';
import type { PersonalData } from '../../platform/personal-data/personal-data.ts';

export class AccessView {
  constructor(
    private readonly database: Connection,
    private readonly personal: PersonalData,
  ) {}

  /** Without those who were erased, and without what is not a person. */
  async names(personIds: Iterable<string>): Promise<ReadonlyMap<string, string>> {
    const ids = [...new Set(personIds)].filter((id) => /^[0-9a-f-]{36}$/.test(id));
    if (ids.length === 0) return new Map();
    const { rows } = await sql<{ person_id: string; name: string }>`
      select person_id, name from muster.access_people where person_id = any(${ids}::uuid[])`.execute(this.database.db);
    const names = new Map<string, string>();
    for (const { person_id, name } of rows) {
      const opened = await this.personal.open(name);
      if (opened !== null) names.set(person_id, opened);
    }
    return names;
  }

  /** Addresses that people are signed in from, each once. */
  async liveOperators(tenantId: string): Promise<readonly string[]> {
    const { rows } = await sql<{ source: string }>`
      select source from muster.access_sessions
      where tenant_id = ${tenantId} and ended_at is null and expires_at > now()`.execute(this.database.db);
    const opened = await Promise.all(rows.map((row) => this.personal.open(row.source)));
    return [...new Set(opened.filter((source) => source !== null))];
  }
}
