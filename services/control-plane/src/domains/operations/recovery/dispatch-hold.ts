// While a hold stands, after a restore, or a stop by a person, nothing is sent to servers: not by the dispatcher, not by the signer, not by a gateway. All three ask
// the database each time, so that no process has to hear of it.
import type { QueryPool } from '../../../platform/database/scoped-pool.ts';

/** As a condition of a query that looks for work. */
export const NOT_HELD = `(not exists (select from muster.operations_holds where ended_at is null)
  and not exists (select from muster.operations_stops where ended_at is null))`;

/** Whether nothing may be sent at this moment, for whichever reason. */
export async function isHeld(pool: QueryPool): Promise<boolean> {
  const { rows } = await pool.query<{ held: boolean }>(`select not ${NOT_HELD} as held`);
  return rows[0]?.held ?? true;
}

export interface Hold {
  readonly holdId: string;
  readonly tenantId: string;
  readonly size: number;
}

export async function currentHold(pool: QueryPool): Promise<Hold | null> {
  const { rows } = await pool.query<{ hold_id: string; tenant_id: string; size: string | number }>(
    `select hold_id, tenant_id, size from muster.operations_holds where ended_at is null order by began_at desc limit 1`,
  );
  const [row] = rows;
  return row === undefined ? null : { holdId: row.hold_id, tenantId: row.tenant_id, size: Number(row.size) };
}
