// The tasks of a lane that are not over, as a piece of SQL. Tasks come and go between two looks of autovacuum at their
// table, so PostgreSQL may believe that hardly any are open, and walk through all that are for each lane. "offset 0" keeps
// it from looking for another way than the lane's own index.

/** A subquery for `from` or `cross join lateral`; `lane` names a row with `server_id` and `lane`. */
export const openTasksIn = (lane: string): string =>
  `(select task_id, server_id, lane, seq, place, task, state, version, not_before, expires_at from muster.operations_tasks
    where server_id = ${lane}.server_id and lane = ${lane}.lane
      and state not in ('succeeded', 'failed', 'expired', 'cancelled') offset 0)`;
