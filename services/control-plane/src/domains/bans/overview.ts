// What other domains show of bans: how many a minute, how many blocks, and whether each server holds what it should.
import type { ServerRow } from '@muster/contracts/servers';
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';

export type BanState = ServerRow['bans'];

export interface ServerBans {
  readonly serverId: string;
  readonly state: BanState;
  /** Revisions. */
  readonly desired: number;
  readonly held: number | null;
  readonly checkedAt: Date | null;
  /** Since when its table differs. */
  readonly differsSince: Date | null;
}

export interface BansSummary {
  readonly bansPerMinute: number;
  readonly blocks: { readonly inForce: number; readonly held: number; readonly managed: number };
  readonly drifted: readonly { readonly serverId: string; readonly since: Date }[];
}

interface Row {
  server_id: string;
  state: BanState;
  desired: number;
  held: number | null;
  heard_at: Date | null;
  differs_since: Date | null;
}

const RATE_MINUTES = 5;

/** The state of a server's table in words; `d` is bans_desired, `h` is bans_held or nothing. */
export const STATE = sql<BanState>`case
  when not d.managed or not d.confirmed or d.withdrawn then 'observed'
  when h.server_id is null then 'unknown'
  when h.revision < d.revision then 'behind'
  when h.matches is false then 'drifted'
  else 'held' end`;

export class BansOverview {
  constructor(private readonly database: Connection) {}

  /** Servers that bans knows; null asks for all of the tenant. */
  async servers(tenantId: string, serverIds: readonly string[] | null = null): Promise<readonly ServerBans[]> {
    const { rows } = await sql<Row>`
      select d.server_id, ${STATE} as state, d.revision::int as desired, h.revision::int as held, h.heard_at, h.differs_since
      from muster.bans_desired d left join muster.bans_held h using (server_id)
      where d.tenant_id = ${tenantId} and (${serverIds}::uuid[] is null or d.server_id = any(${serverIds}::uuid[]))`.execute(
      this.database.db,
    );
    return rows.map((row) => ({
      serverId: row.server_id,
      state: row.state,
      desired: row.desired,
      held: row.held,
      checkedAt: row.heard_at,
      differsSince: row.differs_since,
    }));
  }

  async summary(tenantId: string): Promise<BansSummary> {
    const [servers, inForce, bansPerMinute] = await Promise.all([
      this.servers(tenantId),
      this.#inForce(tenantId),
      this.#bansPerMinute(),
    ]);
    const managed = servers.filter((server) => server.state !== 'observed');
    return {
      bansPerMinute,
      blocks: {
        inForce,
        managed: managed.length,
        held: managed.filter((server) => server.state === 'held').length,
      },
      drifted: managed
        .filter((server) => server.state === 'drifted')
        .map(({ serverId, differsSince, checkedAt }) => ({ serverId, since: differsSince ?? checkedAt ?? new Date() })),
    };
  }

  async #inForce(tenantId: string): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from muster.bans_blocks
      where tenant_id = ${tenantId} and ended_at is null and (until is null or until > now())`.execute(
      this.database.db,
    );
    return rows[0]?.count ?? 0;
  }

  /** Over the last minutes, so that one noisy second does not jump. */
  async #bansPerMinute(): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from muster.bans_ban_log
      where what = 'banned' and at > now() - make_interval(mins => ${RATE_MINUTES}) and at <= now()`.execute(
      this.database.db,
    );
    return Math.round(((rows[0]?.count ?? 0) / RATE_MINUTES) * 10) / 10;
  }
}
