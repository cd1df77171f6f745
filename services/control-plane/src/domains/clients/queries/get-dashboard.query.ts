// A client’s own page in one answer. Of a shared server it says that the client’s sites are there and whether it answers.
import {
  GetDashboard,
  UnblockAddress,
  type ClientSite,
  type FoundSite,
  type UnblockLimits,
} from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import type { Principal } from '../../../platform/cqrs/principal.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { ClientPeople } from '../../access/index.ts';
import { currentStop } from '../../operations/index.ts';
import { usedToday } from '../client.aggregate.ts';
import { ClientBans } from '../client-bans.ts';
import { ClientRepository } from '../client-repository.ts';
import { dutiesOf } from '../duties.ts';

const GetDashboardQuery = queryOf(GetDashboard);

interface ServerRow {
  server_id: string;
  name: string;
  own: boolean;
  heard_at: Date | null;
  answers: boolean;
  enforced: boolean | null;
  looked_at: Date | null;
}
interface SiteRow {
  site_id: string;
  name: string;
  server_id: string | null;
  facts: FoundSite | null;
  seen_at: Date | null;
}
/** More than any client of the guides has; the page says when there are more. */
const MOST_SITES = 2000;

@QueryHandler(GetDashboardQuery)
export class GetDashboardHandler implements IQueryHandler<MessageOf<typeof GetDashboardQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(ClientRepository) private readonly clients: ClientRepository,
    @Inject(ClientBans) private readonly bans: ClientBans,
    @Inject(ClientPeople) private readonly people: ClientPeople,
    @Inject(PEOPLE) private readonly names: PersonNames,
  ) {}

  async execute({
    input: { clientId },
    context,
  }: MessageOf<typeof GetDashboardQuery>): Promise<AnswerOf<typeof GetDashboardQuery>> {
    const state = await this.clients.client(clientId);
    if (!state || state.archived) throw notFound('client');
    const now = new Date();
    const [servers, rows, lately, people, stop] = await Promise.all([
      this.#servers(clientId),
      this.#sites(clientId),
      this.bans.lately(clientId),
      this.people.of(clientId),
      currentStop(this.database.pool),
    ]);
    const names = await this.names.names(people.map(({ personId }) => personId));
    const named = people.map((person) => ({ ...person, name: names.get(person.personId) ?? null }));
    const sites = rows.map((row) => siteOf(row, servers, lately));
    const limits: UnblockLimits = state.limits;
    return {
      clientId,
      name: state.name,
      at: now.toISOString(),
      sites,
      servers: servers.map((server) => ({
        serverId: server.server_id,
        name: server.name,
        own: server.own,
        answers: server.answers,
        heardAt: server.heard_at?.toISOString() ?? null,
        sites: rows.filter((row) => row.server_id === server.server_id).length,
      })),
      duties: dutiesOf({
        servers: servers.map(({ name, answers, enforced, heard_at: heardAt }) => ({
          name,
          answers,
          enforced,
          heardAt,
        })),
        sites,
        people: named,
        bans24h: [...lately.values()].reduce((sum, bans) => sum + bans, 0),
        now,
      }),
      people: named,
      limits,
      usedToday: usedToday(state, now),
      present: context.principal.source ?? null,
      mayUnblock: mayUnblock(context.principal, clientId),
      stoppedSince: stop?.beganAt.toISOString() ?? null,
    };
  }

  async #servers(clientId: string): Promise<readonly ServerRow[]> {
    const { rows } = await sql<ServerRow>`
      select * from muster.client_servers(${clientId}::uuid) order by name`.execute(this.database.db);
    return rows;
  }

  async #sites(clientId: string): Promise<readonly SiteRow[]> {
    const { rows } = await sql<SiteRow>`
      select s.site_id, s.name, s.server_id, f.facts, f.seen_at
      from muster.clients_sites s
      left join muster.clients_found_sites f on f.server_id = s.server_id and f.name = s.name
      where s.client_id = ${clientId} and s.removed_at is null order by s.name, s.site_id limit ${MOST_SITES}`.execute(
      this.database.db,
    );
    return rows;
  }
}

function siteOf(row: SiteRow, servers: readonly ServerRow[], lately: ReadonlyMap<string, number>): ClientSite {
  const server = servers.find(({ server_id: id }) => id === row.server_id);
  return {
    siteId: row.site_id,
    name: row.name,
    serverId: row.server_id,
    server: server?.name ?? null,
    ...stateOf(row, server),
    certificateUntil: row.facts?.certificate?.until ?? null,
    bans24h: lately.get(row.site_id) ?? 0,
  };
}

function stateOf(
  { facts, seen_at: seenAt }: SiteRow,
  server: ServerRow | undefined,
): Pick<ClientSite, 'state' | 'since'> {
  if (!server?.looked_at) return { state: 'unknown', since: null };
  if (facts === null) return { state: 'gone', since: server.looked_at.toISOString() };
  if (!server.answers) return { state: 'server-silent', since: server.heard_at?.toISOString() ?? null };
  return { state: 'served', since: seenAt?.toISOString() ?? null };
}

function mayUnblock({ grants = [] }: Principal, clientId: string): boolean {
  return grants.some(
    ({ scope, permissions }) =>
      permissions.has(UnblockAddress.permission.name) && (scope === 'fleet' || scope === `client:${clientId}`),
  );
}
