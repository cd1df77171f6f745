// What checks found that is a client's, for other domains: on its sites and on servers of its own.
import { sql } from 'kysely';
import { texts, uuids } from '../../platform/database/columns.ts';
import type { Connection } from '../../platform/database/database.ts';
import { siteChecks } from './site-checks.ts';

interface WantedFindings {
  readonly clientId: string;
  readonly checkId: string;
  /** Of that alone; null: whatever the check found. */
  readonly subject: string | null;
}

export class ClientFindings {
  constructor(private readonly database: Connection) {}

  /** Ids of the open findings that are the client's now: a set for each that was asked for, in the same order. */
  async open(wanted: readonly WantedFindings[]): Promise<readonly ReadonlySet<string>[]> {
    const { rows } = await sql<{ found: string[] }>`
      select array(
        select f.finding_id::text
        from muster.findings_of_client(w.client_id, ${JSON.stringify(siteChecks)}::jsonb, null, w.check_id) f
        where w.subject is null or f.subject = w.subject) as found
      from unnest(${uuids(wanted.map(({ clientId }) => clientId))}, ${texts(wanted.map(({ checkId }) => checkId))},
        ${texts(wanted.map(({ subject }) => subject))}) with ordinality as w(client_id, check_id, subject, turn)
      order by w.turn`.execute(this.database.db);
    return rows.map((row) => new Set(row.found));
  }

  /** Who has something on these servers: a site, or the server itself. */
  async clientsOn(serverIds: readonly string[]): Promise<readonly { serverId: string; clientId: string }[]> {
    const servers = uuids(serverIds);
    const { rows } = await sql<{ server_id: string; client_id: string }>`
      select server_id, client_id from muster.clients_sites
      where server_id = any(${servers}) and client_id is not null and removed_at is null
      union
      select server_id, client_id from muster.clients_servers where server_id = any(${servers})`.execute(
      this.database.db,
    );
    return rows.map((row) => ({ serverId: row.server_id, clientId: row.client_id }));
  }
}
