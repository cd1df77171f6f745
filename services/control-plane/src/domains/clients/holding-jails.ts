// Jails that hold an address on servers of a client, and that are the client’s to lift: those that guard its sites and
// nobody else’s, and all of them on a server of its own.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';

export interface HoldingJail {
  readonly serverId: string;
  readonly server: string;
  readonly jail: string;
  /** Muster may change fail2ban there. */
  readonly managed: boolean;
}

@Injectable()
export class HoldingJails {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  async holding(clientId: string, address: string): Promise<readonly HoldingJail[]> {
    const scope = [`client:${clientId}`];
    const { rows } = await sql<{ server_id: string; server: string; jail: string; managed: boolean }>`
      select j.server_id, s.name as server, j.jail, s.managed
      from muster.bans_jails j join muster.client_servers(${clientId}::uuid) s using (server_id)
      where j.banned @> array[${address}::inet] and (
        j.server_id in (select * from muster.servers_in(${scope}::text[]))
        or (j.server_id, j.jail) in (select g.server_id, g.jail from muster.jails_in(${scope}::text[]) g))
      order by s.name, j.jail limit 1000`.execute(this.database.db);
    return rows.map((row) => ({ serverId: row.server_id, server: row.server, jail: row.jail, managed: row.managed }));
  }
}
