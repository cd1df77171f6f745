// The stop that stands, asked of the database each time: no process has to hear of it.
import type { QueryPool } from '../../../platform/database/scoped-pool.ts';

export interface Stop {
  readonly stopId: string;
  readonly reason: string;
  readonly stoppedBy: string;
  readonly beganAt: Date;
}

export async function currentStop(pool: QueryPool): Promise<Stop | null> {
  const { rows } = await pool.query<{ stop_id: string; reason: string; stopped_by: string; began_at: Date }>(
    `select stop_id, reason, stopped_by, began_at from muster.operations_stops
     where ended_at is null order by began_at limit 1`,
  );
  const [row] = rows;
  return row === undefined
    ? null
    : { stopId: row.stop_id, reason: row.reason, stoppedBy: row.stopped_by, beganAt: row.began_at };
}

export const stopStream = (tenantId: string) => `stop-${tenantId}`;
