// A server as a row of a page: what events say, whether it answers, and what other domains add.
import type { ServerRow } from '@muster/contracts/servers';
import { Inject, Injectable } from '@nestjs/common';
import { sql, type RawBuilder } from 'kysely';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { ServerAnnotations } from './server-annotations.ts';

interface Row {
  server_id: string;
  name: string;
  hostname: string;
  simulated: boolean;
  observe_only: boolean;
  confirmed: boolean;
  quarantined: boolean;
  retired: boolean;
  agent_version: string;
  tags: string[];
  enrolled_at: Date;
  heard_at: Date | null;
  connected_at: Date | null;
  silent: boolean | null;
  silent_since: Date | null;
  address: string | null;
  os: string | null;
  groups: { groupId: string; name: string }[];
}

@Injectable()
export class ServerRows {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(ServerAnnotations) private readonly annotations: ServerAnnotations,
  ) {}

  /** Ordered by name; `condition` speaks of s (servers) and p (presence). */
  async list(condition: RawBuilder<unknown>, limit: number): Promise<ServerRow[]> {
    const { rows } = await sql<Row>`
      select s.server_id, s.name, s.hostname, s.simulated, s.observe_only, s.confirmed, s.quarantined, s.retired,
        s.agent_version, s.tags, s.enrolled_at, p.heard_at, p.connected_at, p.silent, p.silent_since,
        host(p.address) as address, i.facts #>> '{os,name}' as os,
        coalesce((select json_agg(json_build_object('groupId', g.group_id, 'name', g.name) order by g.name)
          from muster.servers_group_members m join muster.servers_groups g using (group_id)
          where m.server_id = s.server_id), '[]') as groups
      from muster.servers_servers s
      left join muster.servers_presence p using (server_id)
      left join muster.servers_inventory i using (server_id)
      where ${condition}
      order by s.name, s.server_id limit ${limit}`.execute(this.database.db);
    const annotations = await this.annotations.of(rows.map((row) => row.server_id));
    return rows.map((row) => ({ ...rowOf(row), openTasks: 0, bans: 'unknown', ...annotations.get(row.server_id) }));
  }
}

function rowOf(row: Row): Omit<ServerRow, 'openTasks' | 'bans'> {
  const presence = presenceOf(row);
  const since =
    presence === 'silent' ? (row.silent_since ?? row.heard_at) : presence === 'present' ? row.connected_at : null;
  return {
    serverId: row.server_id,
    name: row.name,
    hostname: row.hostname,
    presence,
    heardAt: row.heard_at?.toISOString() ?? null,
    since: since?.toISOString() ?? null,
    confirmed: row.confirmed,
    observeOnly: row.observe_only,
    simulated: row.simulated,
    agentVersion: row.agent_version,
    tags: row.tags,
    groups: row.groups,
    os: row.os,
    address: row.address,
  };
}

function presenceOf(row: Row): ServerRow['presence'] {
  if (row.retired) return 'retired';
  if (row.quarantined) return 'quarantined';
  if (row.heard_at === null) return 'never';
  return row.silent === true ? 'silent' : 'present';
}
