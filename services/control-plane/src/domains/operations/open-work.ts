// How much is under way, for the pages of other domains.
import { sql } from 'kysely';
import { Inject, Injectable } from '@nestjs/common';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { progressOf, type Progress } from './recovery/progress.ts';

@Injectable()
export class OpenWork {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  async tasksOf(serverIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { rows } = await sql<{ server_id: string; n: number }>`
      select server_id, count(*)::int as n from muster.operations_tasks
      where server_id = any(${serverIds}::uuid[]) and state not in ('succeeded', 'failed', 'expired', 'cancelled')
      group by server_id`.execute(this.database.db);
    return new Map(rows.map((row) => [row.server_id, row.n]));
  }

  async totals(tenantId: string): Promise<{ operations: number; tasks: number }> {
    const { rows } = await sql<{ operations: number; tasks: number }>`
      select (select count(*)::int from muster.operations_operations
              where tenant_id = ${tenantId} and finished_at is null) as operations,
        (select count(*)::int from muster.operations_tasks
         where tenant_id = ${tenantId} and state not in ('succeeded', 'failed', 'expired', 'cancelled')) as tasks`.execute(
      this.database.db,
    );
    return rows[0] ?? { operations: 0, tasks: 0 };
  }

  /** Nothing is sent since then, because the database was restored; null in ordinary times. */
  async heldSince(tenantId: string): Promise<(Progress & { readonly since: Date }) | null> {
    const { rows } = await sql<{ hold_id: string; began_at: Date }>`
      select hold_id, began_at from muster.operations_holds
      where tenant_id = ${tenantId} and ended_at is null order by began_at desc limit 1`.execute(this.database.db);
    const [hold] = rows;
    if (hold === undefined) return null;
    const progress = await progressOf(this.database.pool, { holdId: hold.hold_id, tenantId });
    return { ...progress, since: hold.began_at };
  }

  /** Operations that ended with a failure in the last day and were not asked again; those that wait for a server. */
  async needingSomebody(tenantId: string): Promise<
    readonly {
      operationId: string;
      number: number;
      kind: string;
      subject: string;
      failed: number;
      waiting: number;
      at: Date;
    }[]
  > {
    const { rows } = await sql<{
      operation_id: string;
      number: number;
      kind: string;
      subject: string;
      failed: number;
      waiting: number;
      at: Date;
    }>`
      select o.operation_id, o.number, o.kind, o.subject, coalesce(o.finished_at, o.asked_at) as at,
        count(*) filter (where t.state in ('failed', 'expired'))::int as failed,
        count(*) filter (where t.state = 'requested' and p.gateway_id is null)::int as waiting
      from muster.operations_operations o
      join muster.operations_tasks t using (operation_id)
      left join muster.servers_presence p using (server_id)
      where o.tenant_id = ${tenantId} and o.asked_at > now() - interval '1 day'
        and not exists (select 1 from muster.operations_tasks r where r.retry_of = t.task_id)
      group by o.operation_id
      having count(*) filter (where t.state in ('failed', 'expired')) > 0
        or (count(*) filter (where t.state = 'requested' and p.gateway_id is null) > 0
            and o.asked_at < now() - interval '1 minute')
      order by o.number desc limit 20`.execute(this.database.db);
    return rows.map((row) => ({ ...row, operationId: row.operation_id }));
  }
}
