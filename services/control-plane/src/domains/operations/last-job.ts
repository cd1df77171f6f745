// The last task of a kind in a server's lane of jobs, for pages of other domains that show how far it is.
import type { TaskState } from '@muster/contracts/operations';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { receiptCode } from './receipt-code.ts';

interface Row {
  readonly task_id: string;
  readonly operation_id: string;
  readonly state: TaskState;
  readonly args: Readonly<Record<string, unknown>>;
  readonly requested_at: Date;
  readonly released_at: Date | null;
  readonly finished_at: Date | null;
  readonly error: string | null;
  readonly receipt_body: Buffer | null;
}

export interface LastJobView {
  readonly taskId: string;
  readonly operationId: string;
  readonly state: TaskState;
  readonly args: Readonly<Record<string, unknown>>;
  readonly requestedAt: Date;
  readonly releasedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly error: string | null;
  /** The word for programs in a receipt of failure: `unknown-task`, `forbidden`. */
  readonly code: string | null;
}

@Injectable()
export class LastJob {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  async of(serverId: string, task: string): Promise<LastJobView | null> {
    const { rows } = await sql<Row>`
      select task_id, operation_id, state, args, requested_at, released_at, finished_at, error, receipt_body
      from muster.operations_tasks where server_id = ${serverId} and lane = 'job' and task = ${task}
      order by place desc limit 1`.execute(this.database.db);
    const [row] = rows;
    if (row === undefined) return null;
    return {
      taskId: row.task_id,
      operationId: row.operation_id,
      state: row.state,
      args: row.args,
      requestedAt: row.requested_at,
      releasedAt: row.released_at,
      finishedAt: row.finished_at,
      error: row.error,
      code: receiptCode(row.receipt_body),
    };
  }
}
