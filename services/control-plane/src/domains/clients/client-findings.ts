// What checks found that is a client's, for other domains: on its sites and on servers of its own.
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';
import { siteChecks } from './site-checks.ts';

export class ClientFindings {
  constructor(private readonly database: Connection) {}

  /** Ids of the open findings of a check that are the client's now; `subject`: of that alone. */
  async open(clientId: string, checkId: string, subject: string | null): Promise<ReadonlySet<string>> {
    const { rows } = await sql<{ finding_id: string }>`
      select finding_id from muster.findings_of_client(${clientId}::uuid, ${JSON.stringify(siteChecks)}::jsonb, null, ${checkId})
      where ${subject}::text is null or subject = ${subject}`.execute(this.database.db);
    return new Set(rows.map((row) => row.finding_id));
  }
}
