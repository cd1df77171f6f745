// The state of the last restore, as the host's operator reads it.
import { progressOf } from '@muster/control-plane/domains/operations/recovery/progress';
import type pg from 'pg';

export interface Recovery {
  readonly epoch: number;
  readonly backupTakenAt: string;
  readonly held: boolean;
  readonly servers: number;
  readonly collected: number;
  readonly waitingFor: readonly { readonly name: string }[];
  readonly lostActions: readonly LostAction[];
}

interface LostAction {
  readonly at: string;
  readonly server: string;
  readonly task: string | null;
  readonly outcome: string | null;
  readonly actor: string | null;
}

/** null when the database was never restored. */
export async function readRecovery(pool: pg.Pool): Promise<Recovery | null> {
  const { rows } = await pool.query<{
    hold_id: string;
    tenant_id: string;
    epoch: number;
    backup_taken_at: Date;
    ended_at: Date | null;
  }>(
    'select hold_id, tenant_id, epoch, backup_taken_at, ended_at from muster.operations_holds order by began_at desc limit 1',
  );
  const [hold] = rows;
  if (hold === undefined) return null;
  const lost = await pool.query<{ at: Date } & Omit<LostAction, 'at'>>(
    `select l.at, s.name as server, l.task, l.outcome, l.actor
     from muster.operations_lost_actions l join muster.servers_servers s using (server_id)
     where l.hold_id = $1 order by l.at`,
    [hold.hold_id],
  );
  const { servers, collected, waitingFor } = await progressOf(pool, { holdId: hold.hold_id, tenantId: hold.tenant_id });
  return {
    epoch: hold.epoch,
    backupTakenAt: hold.backup_taken_at.toISOString(),
    held: hold.ended_at === null,
    servers,
    collected,
    waitingFor,
    lostActions: lost.rows.map((row) => ({ ...row, at: row.at.toISOString() })),
  };
}
