// Tasks of an operation as rows of its grid.
import type { TaskRow } from '@muster/contracts/operations';
import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../../../platform/database/database.ts';
import type { OperationsTables } from '../tables.ts';

export type StoredTask = Omit<OperationsTables['muster.operations_tasks'], 'args'> & {
  args: Record<string, never>;
  server_name: string;
  simulated: boolean;
  connected: boolean;
};

export async function storedTasks(db: Database, condition: RawBuilder<unknown>): Promise<StoredTask[]> {
  const { rows } = await sql<StoredTask>`
    select t.*, s.name as server_name, s.simulated, p.gateway_id is not null as connected
    from muster.operations_tasks t
    join muster.servers_servers s using (server_id)
    left join muster.servers_presence p using (server_id)
    where ${condition} order by s.name, t.attempt`.execute(db);
  return rows;
}

export function taskRowOf(task: StoredTask): TaskRow {
  return {
    taskId: task.task_id,
    serverId: task.server_id,
    serverName: task.server_name,
    simulated: task.simulated,
    state: task.state === 'requested' && !task.connected ? 'waiting' : task.state,
    task: task.task,
    lane: task.lane,
    attempt: task.attempt,
    requestedAt: task.requested_at.toISOString(),
    finishedAt: task.finished_at?.toISOString() ?? null,
    tookMs: task.finished_at ? task.finished_at.getTime() - task.requested_at.getTime() : null,
    error: task.error,
  };
}
