// Loads a client or a site from its stream, when whoever asks may see it: the stream itself is read past row-level
// security.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { EventStore } from '../../platform/event-store/index.ts';
import { clientFrom, type ClientState } from './client.aggregate.ts';
import { siteFrom, type KnownSite } from './site.aggregate.ts';
import { clientStream, siteStream } from './streams.ts';

@Injectable()
export class ClientRepository {
  constructor(
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(APP_DATABASE) private readonly database: Connection,
  ) {}

  async client(clientId: string): Promise<ClientState | null> {
    const { rows } = await sql`select 1 from muster.clients_clients where client_id = ${clientId}`.execute(
      this.database.db,
    );
    return rows.length === 0 ? null : clientFrom(await this.store.readStream(clientStream(clientId)));
  }

  async site(siteId: string): Promise<KnownSite> {
    const { rows } = await sql`select 1 from muster.clients_sites where site_id = ${siteId}`.execute(this.database.db);
    return rows.length === 0 ? { version: 0, state: null } : siteFrom(await this.store.readStream(siteStream(siteId)));
  }

  /** How many are a client’s. */
  async sitesOf(clientId: string): Promise<number> {
    const { rows } = await sql<{ sites: number }>`
      select count(*)::int as sites from muster.clients_sites
      where client_id = ${clientId} and removed_at is null`.execute(this.database.db);
    return rows[0]?.sites ?? 0;
  }

  /** Whether another client has, or ever had, a site there. */
  async heldOthers(serverId: string, clientId: string): Promise<boolean> {
    const { rows } = await sql`
      select 1 from muster.clients_site_spans where server_id = ${serverId} and client_id <> ${clientId} limit 1`.execute(
      this.database.db,
    );
    return rows.length > 0;
  }

  /** The client whose own a server is. */
  async ownerOf(serverId: string | null): Promise<string | null> {
    if (serverId === null) return null;
    const { rows } = await sql<{ client_id: string }>`
      select client_id from muster.clients_servers where server_id = ${serverId}`.execute(this.database.db);
    return rows[0]?.client_id ?? null;
  }

  async isServed(siteId: string): Promise<boolean> {
    const { rows } = await sql`
      select 1 from muster.clients_sites s join muster.clients_found_sites f on f.server_id = s.server_id and f.name = s.name
      where s.site_id = ${siteId}`.execute(this.database.db);
    return rows.length > 0;
  }
}
