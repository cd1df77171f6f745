// A client as a row of a page, with how much is its own.
import type { ClientRow, UnblockLimits } from '@muster/contracts/clients';
import { Inject, Injectable } from '@nestjs/common';
import { sql, type RawBuilder } from 'kysely';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';

interface Row {
  client_id: string;
  name: string;
  external_ref: string | null;
  archived_at: Date | null;
  created_at: Date;
  limits: UnblockLimits;
  sites: number;
  servers: number;
}

@Injectable()
export class ClientRows {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  /** Ordered by name; `condition` speaks of c. */
  async list(condition: RawBuilder<unknown>, limit: number): Promise<(ClientRow & { limits: UnblockLimits })[]> {
    const { rows } = await sql<Row>`
      select c.client_id, c.name, c.external_ref, c.archived_at, c.created_at, c.limits,
        (select count(*)::int from muster.clients_sites s where s.client_id = c.client_id and s.removed_at is null) as sites,
        (select count(*)::int from (
          select s.server_id from muster.clients_sites s
          where s.client_id = c.client_id and s.removed_at is null and s.server_id is not null
          union select o.server_id from muster.clients_servers o where o.client_id = c.client_id) x) as servers
      from muster.clients_clients c where ${condition}
      order by lower(c.name), c.client_id limit ${limit}`.execute(this.database.db);
    return rows.map((row) => ({
      clientId: row.client_id,
      name: row.name,
      externalRef: row.external_ref,
      archived: row.archived_at !== null,
      sites: row.sites,
      servers: row.servers,
      createdAt: row.created_at.toISOString(),
      limits: row.limits,
    }));
  }
}
