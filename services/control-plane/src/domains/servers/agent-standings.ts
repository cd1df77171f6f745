// How agents do by their heartbeats, for the domain that judges servers.
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';

export interface AgentStanding {
  readonly version: string;
  /** null: it answers. */
  readonly silentSince: Date | null;
  /** Positive: its clock is ahead of ours; null: it has not said a time yet. */
  readonly clockSkewMs: number | null;
  readonly waiting: number;
  readonly droppedAt: Date | null;
}

export class AgentStandings {
  constructor(private readonly database: Connection) {}

  /** One that has never been connected is left out. */
  async of(serverIds: readonly string[]): Promise<ReadonlyMap<string, AgentStanding>> {
    const { rows } = await sql<{
      server_id: string;
      agent_version: string;
      silent: boolean;
      silent_since: Date | null;
      heard_at: Date;
      clock_skew_ms: number | null;
      spooled: number;
      dropped_at: Date | null;
    }>`
      select server_id, agent_version, silent, silent_since, heard_at, clock_skew_ms, spooled, dropped_at
      from muster.servers_presence where server_id = any(${serverIds}::uuid[])`.execute(this.database.db);
    return new Map(
      rows.map((row) => [
        row.server_id,
        {
          version: row.agent_version,
          silentSince: row.silent ? (row.silent_since ?? row.heard_at) : null,
          clockSkewMs: row.clock_skew_ms,
          waiting: row.spooled,
          droppedAt: row.dropped_at,
        },
      ]),
    );
  }
}
