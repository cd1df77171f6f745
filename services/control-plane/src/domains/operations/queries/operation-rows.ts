// An operation as a row: who asked, how far it is. Counts look at the last attempt on each server.
import type { OperationRow, TaskState } from '@muster/contracts/operations';
import { taskState } from '@muster/contracts/operations';
import { Inject, Injectable } from '@nestjs/common';
import { sql, type RawBuilder } from 'kysely';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';

interface Row {
  operation_id: string;
  number: number;
  kind: string;
  subject: string;
  actor: string;
  actor_kind: string;
  reason: string | null;
  servers: number;
  asked_at: Date;
  finished_at: Date | null;
  expires_at: Date;
  cancel_requested: boolean;
  position: number | null;
  counts: Partial<Record<TaskState, number>>;
}

@Injectable()
export class OperationRows {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(PEOPLE) private readonly people: PersonNames,
  ) {}

  /** Newest first; `condition` speaks of o. */
  async list(condition: RawBuilder<unknown>, limit: number): Promise<OperationRow[]> {
    const { rows } = await sql<Row>`
      select o.operation_id, o.number, o.kind, o.subject, o.actor, o.actor_kind, o.reason,
        -- Those that the reader may see.
        (select count(distinct t.server_id)::int from muster.operations_tasks t
         where t.operation_id = o.operation_id) as servers, o.asked_at,
        o.finished_at, o.expires_at, o.cancel_requested, l.position,
        coalesce((select json_object_agg(state, n) from (
          select case when t.state = 'requested' and p.gateway_id is null then 'waiting' else t.state end as state,
            count(*)::int as n
          from muster.operations_tasks t left join muster.servers_presence p using (server_id)
          where t.operation_id = o.operation_id
            and not exists (select 1 from muster.operations_tasks r
                            where r.operation_id = o.operation_id and r.retry_of = t.task_id)
          group by 1) c), '{}') as counts
      from muster.operations_operations o
      left join es.ledger l on l.event_id = o.requested_event
      where ${condition} order by o.number desc limit ${limit}`.execute(this.database.db);
    const names = await this.people.names(rows.map((row) => row.actor));
    return rows.map((row) => ({
      operationId: row.operation_id,
      number: row.number,
      kind: row.kind,
      subject: row.subject,
      askedBy: { actor: row.actor, kind: row.actor_kind, name: names.get(row.actor) ?? null },
      reason: row.reason,
      askedAt: row.asked_at.toISOString(),
      finishedAt: row.finished_at?.toISOString() ?? null,
      expiresAt: row.expires_at.toISOString(),
      state: stateOf(row),
      servers: row.servers,
      counts: Object.fromEntries(taskState.options.map((state) => [state, row.counts[state] ?? 0])) as Record<
        TaskState,
        number
      >,
      position: row.position,
      cancelRequested: row.cancel_requested,
    }));
  }
}

function stateOf({ counts, finished_at: finishedAt }: Row): OperationRow['state'] {
  const of = (...states: TaskState[]) => states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  if (finishedAt === null) {
    return of('released', 'accepted', 'running', 'requested', 'unknown') === 0 && of('waiting') > 0
      ? 'waiting'
      : 'running';
  }
  if (of('failed', 'expired') > 0) return 'failed';
  return of('cancelled') > 0 ? 'cancelled' : 'done';
}
