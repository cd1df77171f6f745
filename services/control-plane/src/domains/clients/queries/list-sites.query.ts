// Sites by name. Whoever sees a part sees the sites of its servers, a client’s scope the client’s own.
import { ListSites, type AssignedBy, type FoundSite, type SiteState } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { containing, cursorOf, readCursor } from './keyset.ts';

const ListSitesQuery = queryOf(ListSites);

interface Row {
  site_id: string;
  name: string;
  server_id: string | null;
  server: string | null;
  client_id: string | null;
  client: string | null;
  assigned_by: AssignedBy | null;
  external_ref: string | null;
  facts: FoundSite | null;
  seen_at: Date | null;
  looked: boolean;
  answers: boolean | null;
}

@QueryHandler(ListSitesQuery)
export class ListSitesHandler implements IQueryHandler<MessageOf<typeof ListSitesQuery>> {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  async execute({ input, context }: MessageOf<typeof ListSitesQuery>): Promise<AnswerOf<typeof ListSitesQuery>> {
    const wanted = [sql`s.tenant_id = ${context.principal.tenantId}`, sql`s.removed_at is null`];
    if (input.q) {
      const part = containing(input.q);
      wanted.push(
        sql`(s.name ilike ${part} or s.external_ref ilike ${part} or v.name ilike ${part} or c.name ilike ${part})`,
      );
    }
    if (input.server) wanted.push(sql`s.server_id = ${input.server}`);
    if (input.client) wanted.push(sql`s.client_id = ${input.client}`);
    if (input.unassigned) wanted.push(sql`s.client_id is null`);
    if (input.after) {
      const [name, id] = readCursor(input.after);
      wanted.push(sql`(s.name, s.site_id) > (${name}, ${id}::uuid)`);
    }
    const { rows } = await sql<Row>`
      select s.site_id, s.name, s.server_id, v.name as server, s.client_id, c.name as client, s.assigned_by, s.external_ref,
        f.facts, f.seen_at, exists (select 1 from muster.clients_found k where k.server_id = s.server_id) as looked,
        p.heard_at is not null and not p.silent as answers
      from muster.clients_sites s
      left join muster.servers_servers v using (server_id)
      left join muster.servers_presence p using (server_id)
      left join muster.clients_clients c on c.client_id = s.client_id
      left join muster.clients_found_sites f on f.server_id = s.server_id and f.name = s.name
      where ${sql.join(wanted, sql` and `)}
      order by s.name, s.site_id limit ${input.limit + 1}`.execute(this.database.db);
    const page = rows.slice(0, input.limit);
    const last = page.at(-1);
    return {
      sites: page.map((row) => ({
        siteId: row.site_id,
        name: row.name,
        server: row.server_id && row.server ? { serverId: row.server_id, name: row.server } : null,
        client: row.client_id && row.client ? { clientId: row.client_id, name: row.client } : null,
        assignedBy: row.assigned_by,
        externalRef: row.external_ref,
        state: stateOf(row),
        found: row.facts ? withoutName(row.facts) : null,
        seenAt: row.seen_at?.toISOString() ?? null,
      })),
      next: rows.length > input.limit && last ? cursorOf(last.name, last.site_id) : null,
    };
  }
}

function stateOf({ server_id, facts, looked, answers }: Row): SiteState {
  if (server_id === null || (facts === null && !looked)) return 'unknown';
  if (facts === null) return 'gone';
  return answers === false ? 'server-silent' : 'served';
}

const withoutName = ({ name: _name, ...facts }: FoundSite) => facts;
