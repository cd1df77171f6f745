// What an import is compared with: only the things that its lines name.
import type { ImportRow } from '@muster/contracts/clients';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { siteIdOf } from '../streams.ts';
import type { Known, KnownPerson, KnownSite } from './plan.ts';

interface SiteRow {
  site_id: string;
  name: string;
  server_id: string | null;
  external_ref: string | null;
  client_id: string | null;
  by_hand: boolean;
}

@Injectable()
export class KnownThings {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  async of(tenantId: string, rows: readonly ImportRow[]): Promise<Known> {
    const refs = (kind: string) => [...new Set(rows.filter((row) => row.kind === kind).map(({ ref }) => ref.trim()))];
    const clientRefs = [...new Set([...refs('client'), ...rows.map(({ client }) => client.trim())])];
    const names = rows.filter(({ kind }) => kind === 'client').map(({ name }) => name.trim().toLowerCase());
    const { db } = this.database;
    const clients = await sql<{ client_id: string; name: string; external_ref: string | null }>`
      select client_id, name, external_ref from muster.clients_clients
      where tenant_id = ${tenantId} and archived_at is null
        and (external_ref = any(${clientRefs}::text[]) or lower(name) = any(${names}::text[]))`.execute(db);
    const servers = await sql<{ server_id: string; name: string; client_id: string | null }>`
      select s.server_id, lower(s.name) as name, o.client_id
      from muster.servers_servers s left join muster.clients_servers o using (server_id)
      where s.tenant_id = ${tenantId} and not s.retired
        and lower(s.name) = any(${rows.map(({ server }) => server.trim().toLowerCase())}::text[])`.execute(db);
    const serverIds = new Map(servers.rows.map((row) => [row.name, row.server_id]));
    const ids = rows
      .filter(({ kind }) => kind === 'site')
      .map(({ server, domain }) =>
        siteIdOf(tenantId, serverIds.get(server.trim().toLowerCase()) ?? null, domain.trim().toLowerCase()),
      );
    const sites = await sql<SiteRow>`
      select site_id, name, server_id, external_ref, client_id, coalesce(assigned_by = 'hand', false) as by_hand
      from muster.clients_sites where tenant_id = ${tenantId} and removed_at is null
        and (external_ref = any(${refs('site')}::text[]) or site_id = any(${ids}::uuid[]))`.execute(db);
    const people = await sql<KnownPerson & { externalRef: string }>`
      select external_ref as "externalRef", person_id as "personId", client_id as "clientId", role
      from muster.clients_people
      where tenant_id = ${tenantId} and external_ref = any(${refs('person')}::text[])`.execute(db);
    const known = sites.rows.map(siteOf);
    return {
      tenantId,
      clientsByRef: new Map(
        clients.rows.flatMap((row) =>
          row.external_ref === null ? [] : [[row.external_ref, { clientId: row.client_id, name: row.name }] as const],
        ),
      ),
      clientNames: new Map(clients.rows.map((row) => [row.name.toLowerCase(), row.client_id])),
      sitesByRef: new Map(
        known.flatMap((site) => (site.externalRef === null ? [] : [[site.externalRef, site] as const])),
      ),
      sitesById: new Map(known.map((site) => [site.siteId, site])),
      servers: new Map(servers.rows.map((row) => [row.name, { serverId: row.server_id, clientId: row.client_id }])),
      peopleByRef: new Map(people.rows.map(({ externalRef, ...person }) => [externalRef, person])),
    };
  }
}

const siteOf = (row: SiteRow): KnownSite => ({
  siteId: row.site_id,
  name: row.name,
  serverId: row.server_id,
  externalRef: row.external_ref,
  clientId: row.client_id,
  byHand: row.by_hand,
});
