// Clients that a block touches, for the domain of bans: by a site or a server of theirs, or by an address of their own.
import type { ConcernedClient } from '@muster/contracts/bans';
import { Inject, Injectable } from '@nestjs/common';
import { sql, type RawBuilder } from 'kysely';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import type { BlockedPlace, ConcernedClients } from '../bans/index.ts';

interface Row {
  client_id: string;
  name: string;
  own_address: boolean;
  has_something: boolean;
}

@Injectable()
export class ClientsOfServers implements ConcernedClients {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  async at(place: BlockedPlace, limit: number): Promise<readonly ConcernedClient[]> {
    const rows = await this.#rows(place, sql`true`, sql`own_address or has_something`, limit);
    return rows.map((row) => ({ clientId: row.client_id, name: row.name, ownAddress: row.own_address }));
  }

  async one(clientId: string, place: BlockedPlace): Promise<{ name: string; concerned: boolean } | null> {
    const [row] = await this.#rows(place, sql`c.client_id = ${clientId}`, sql`true`, 1);
    return row ? { name: row.name, concerned: row.own_address || row.has_something } : null;
  }

  async #rows(
    { tenantId, range, servers }: BlockedPlace,
    which: RawBuilder<unknown>,
    wanted: RawBuilder<unknown>,
    limit: number,
  ): Promise<readonly Row[]> {
    const { rows } = await sql<Row>`
      with there as materialized (
        select client_id from muster.clients_sites
        where client_id is not null and removed_at is null and server_id = any(${servers}::uuid[])
        union select client_id from muster.clients_servers where server_id = any(${servers}::uuid[])
      ), seen as (
        select c.client_id, c.name, c.client_id in (select client_id from there) as has_something,
          exists (select 1 from jsonb_array_elements_text(c.limits -> 'ranges') own
            where own::inet && ${range}::inet) as own_address
        from muster.clients_clients c where c.tenant_id = ${tenantId} and c.archived_at is null and ${which}
      )
      select client_id, name, own_address, has_something from seen where ${wanted}
      order by not own_address, lower(name), client_id limit ${limit}`.execute(this.database.db);
    return rows;
  }
}
