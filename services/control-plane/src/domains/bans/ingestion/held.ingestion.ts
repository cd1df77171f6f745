// What nft really holds on a server, in its own words. Judging them is the worker's part (schedules/judge-tables): it
// alone knows what is desired.
import type { HeldState } from '@muster/contracts/bans';
import { sql } from 'kysely';
import type { LinkedServer } from '../../../platform/agent-link/link-registry.ts';
import type { Connection } from '../../../platform/database/database.ts';
import type { LiveHints } from '../../../platform/realtime/live-hints.ts';

export class HeldIngestion {
  constructor(
    private readonly database: Connection,
    private readonly live: LiveHints,
  ) {}

  async take({ serverId }: LinkedServer, items: readonly HeldState[]): Promise<void> {
    const held = items.at(-1);
    if (!held) return;
    const { at, revision, hash, blocks, fail2banSynced, problem } = held;
    // The same words as before keep their verdict; a verdict of "matches" is asked again, because blocks end.
    const { rows } = await sql<{ changed: boolean }>`
      with before as (select revision, hash, problem from muster.bans_held where server_id = ${serverId}),
      after as (
        insert into muster.bans_held as h (server_id, at, heard_at, revision, hash, blocks, protected, fail2ban_synced, problem)
        values (${serverId}, ${at}, clock_timestamp(), ${revision}, ${hash}, ${blocks}, ${held.protected},
          ${fail2banSynced}, ${problem})
        on conflict (server_id) do update set at = excluded.at, heard_at = excluded.heard_at,
          revision = excluded.revision, hash = excluded.hash, blocks = excluded.blocks, protected = excluded.protected,
          fail2ban_synced = excluded.fail2ban_synced, problem = excluded.problem,
          matches = case when h.revision = excluded.revision and h.hash is not distinct from excluded.hash
            and h.matches is false then false end
        returning revision, hash, problem)
      select not exists (select 1 from before b, after a
        where (b.revision, b.hash, b.problem) is not distinct from (a.revision, a.hash, a.problem)) as changed`.execute(
      this.database.db,
    );
    if (rows[0]?.changed !== true) return;
    this.live.changed('bans', null, [serverId]);
    this.live.changed('fleet', null, [serverId]);
    this.live.changed(`server:${serverId}`, null, [serverId]);
  }
}
