// From where operators are signed in right now, for whoever must not cut them off. Addresses only, never whose.
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';
import type { PersonalData } from '../../platform/personal-data/personal-data.ts';

export class LiveOperators {
  constructor(
    private readonly database: Connection,
    private readonly personal: PersonalData,
    /** A session that was not used for longer is over, although nobody has said so yet. */
    private readonly idleSeconds: number,
  ) {}

  /**
   * Each address once. A client's people are no operators: what keeps one of them reachable keeps the thief of one
   * client's password unblockable on the servers of all the others.
   */
  async addresses(tenantId: string): Promise<readonly string[]> {
    const { rows } = await sql<{ source: string }>`
      select source from muster.access_sessions s
      where tenant_id = ${tenantId} and ended_at is null and expires_at > now()
        and used_at > now() - make_interval(secs => ${this.idleSeconds})
        and exists (
          select 1 from muster.access_grants g
          where g.holder_id = s.person_id and g.tenant_id = s.tenant_id and g.scope ->> 'kind' <> 'client'
            and g.ended_at is null and g.starts_at <= now() and (g.until is null or g.until > now()))`.execute(
      this.database.db,
    );
    const opened = await Promise.all(rows.map((row) => this.personal.open(row.source)));
    return [...new Set(opened.filter((source) => source !== null))];
  }
}
