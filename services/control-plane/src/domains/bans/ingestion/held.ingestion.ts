// What nft really holds on a server, in its own words. Judging them is the worker's part (schedules/judge-tables): it
// alone knows what is desired.
import type { HeldState } from '@muster/contracts/bans';
import { sql } from 'kysely';
import type { LinkedServer } from '../../../platform/agent-link/link-registry.ts';
import type { Connection } from '../../../platform/database/database.ts';
import { Gathered } from '../../../platform/database/gathered.ts';
import type { LiveHints } from '../../../platform/realtime/live-hints.ts';

interface Said extends HeldState {
  readonly server_id: string;
}

export class HeldIngestion {
  readonly #kept: Gathered<Said, boolean>;

  constructor(
    private readonly database: Connection,
    private readonly live: LiveHints,
  ) {
    this.#kept = new Gathered(
      (said) => this.#keep(said),
      ({ server_id }) => server_id,
    );
  }

  async take({ serverId }: LinkedServer, items: readonly HeldState[]): Promise<void> {
    const held = items.at(-1);
    if (!held || !(await this.#kept.ask({ ...held, server_id: serverId }))) return;
    this.live.changed('bans', null, [serverId]);
    this.live.changed('fleet', null, [serverId]);
    this.live.changed(`server:${serverId}`, null, [serverId]);
  }

  /** True for whom it is news. */
  async #keep(said: readonly Said[]): Promise<(said: Said) => boolean> {
    // The same words as before keep their verdict; a verdict of "matches" is asked again, because blocks end.
    const { rows } = await sql<{ server_id: string }>`
      with said as (
        select * from json_to_recordset(${JSON.stringify(said)}::json) as s(server_id uuid, at timestamptz, revision bigint,
          hash text, blocks int, protected int, "fail2banSynced" boolean, problem text)),
      before as (select h.server_id, h.revision, h.hash, h.problem from muster.bans_held h join said using (server_id)),
      after as (
        insert into muster.bans_held as h (server_id, at, heard_at, revision, hash, blocks, protected, fail2ban_synced, problem)
        select server_id, at, clock_timestamp(), revision, hash, blocks, protected, "fail2banSynced", problem
        from said order by server_id
        on conflict (server_id) do update set at = excluded.at, heard_at = excluded.heard_at,
          revision = excluded.revision, hash = excluded.hash, blocks = excluded.blocks, protected = excluded.protected,
          fail2ban_synced = excluded.fail2ban_synced, problem = excluded.problem,
          matches = case when h.revision = excluded.revision and h.hash is not distinct from excluded.hash
            and h.matches is false then false end
        returning server_id, revision, hash, problem)
      select a.server_id from after a left join before b using (server_id)
      where b.server_id is null
        or (b.revision, b.hash, b.problem) is distinct from (a.revision, a.hash, a.problem)`.execute(this.database.db);
    const news = new Set(rows.map((row) => row.server_id));
    return ({ server_id }) => news.has(server_id);
  }
}
