// Bans that hit a client’s sites: by jails that read nothing but their logs, and by all jails of a server of its own.
// The same rows whoever asks, so that an operator sees what the client sees.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';

export interface ClientBan {
  line_id: string;
  at: Date;
  at_key: string;
  what: 'banned' | 'unbanned' | 'found';
  address: string | null;
  jail: string;
  server: string;
  ban_seconds: number | null;
}

@Injectable()
export class ClientBans {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  /** Newest first; each server by its own stretch of the index. */
  async list(
    clientId: string,
    before: readonly [at: string, id: string] | null,
    limit: number,
  ): Promise<readonly ClientBan[]> {
    const scope = [`client:${clientId}`];
    const older =
      before === null ? sql`true` : sql`(l.at, l.line_id) < (${before[0]}::timestamptz, ${before[1]}::uuid)`;
    const { rows } = await sql<ClientBan>`
      with guarded as materialized (select server_id, jail, since from muster.jails_in(${scope}::text[])),
        own as materialized (select * from muster.servers_in(${scope}::text[]) server_id)
      select found.* from muster.client_servers(${clientId}::uuid) s cross join lateral (
        select l.line_id, l.at, to_char(l.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at_key, l.what,
          l.address, l.by_name as jail, s.name as server, l.ban_seconds
        from muster.bans_ban_log l
        where l.server_id = s.server_id and l.by_kind = 'jail' and l.what in ('banned', 'unbanned', 'found') and ${older}
          and (s.server_id in (select server_id from own) or exists (select 1 from guarded g
            where g.server_id = l.server_id and g.jail = l.by_name and l.at >= g.since))
        order by l.at desc, l.line_id desc limit ${limit}) found
      order by found.at desc, found.line_id desc limit ${limit}`.execute(this.database.db);
    return rows;
  }

  /** Bans of the last 24 hours by site; a jail that reads the logs of several counts for each. */
  async lately(clientId: string): Promise<ReadonlyMap<string, number>> {
    const scope = [`client:${clientId}`];
    const { rows } = await sql<{ site_id: string; bans: number }>`
      with lately as (
        select l.server_id, l.by_name as jail, count(*)::int as bans
        from muster.jails_in(${scope}::text[]) g
        join muster.bans_ban_log l on l.server_id = g.server_id and l.by_name = g.jail
        where l.by_kind = 'jail' and l.what = 'banned' and l.at > now() - interval '24 hours' and l.at >= g.since
        group by l.server_id, l.by_name)
      select s.site_id, sum(lately.bans)::int as bans
      from lately join muster.bans_jails j using (server_id, jail)
      join muster.clients_found_sites f on f.server_id = j.server_id and f.logs && j.logs
      join muster.clients_sites s on s.server_id = f.server_id and s.name = f.name and s.removed_at is null
      where s.client_id = ${clientId} group by s.site_id`.execute(this.database.db);
    return new Map(rows.map((row) => [row.site_id, row.bans]));
  }
}
