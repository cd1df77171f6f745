// How far a hold has come: whose journal is there, and who is still waited for. Servers that get no tasks (unconfirmed,
// quarantined, retired) are not waited for.
import type { QueryPool } from '../../../platform/database/scoped-pool.ts';
import type { Hold } from './dispatch-hold.ts';

export interface Progress {
  readonly servers: number;
  readonly collected: number;
  readonly lost: number;
  readonly waitingFor: readonly { readonly serverId: string; readonly name: string }[];
}

export async function progressOf(
  pool: QueryPool,
  { holdId, tenantId }: Pick<Hold, 'holdId' | 'tenantId'>,
): Promise<Progress> {
  const { rows } = await pool.query<{ server_id: string; name: string; collected: boolean }>(
    `select s.server_id, s.name, j.server_id is not null as collected
     from muster.servers_servers s
     left join muster.operations_journals j on j.server_id = s.server_id and j.hold_id = $1
     where s.tenant_id = $2 and s.confirmed and not s.retired and not s.quarantined order by s.name`,
    [holdId, tenantId],
  );
  const { rows: lost } = await pool.query<{ lost: number }>(
    'select count(*)::int as lost from muster.operations_lost_actions where hold_id = $1',
    [holdId],
  );
  const waitingFor = rows.filter((row) => !row.collected).map((row) => ({ serverId: row.server_id, name: row.name }));
  return { servers: rows.length, collected: rows.length - waitingFor.length, lost: lost[0]?.lost ?? 0, waitingFor };
}
