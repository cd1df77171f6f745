// One task: what was asked, every step with its ledger position, and the receipt as the host signed it.
import { receipt as receiptSchema } from '@muster/contracts/agent';
import { GetTask } from '@muster/contracts/operations';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { taskStream } from '../task.aggregate.ts';
import { storedTasks, taskRowOf, type StoredTask } from './task-rows.ts';

const GetTaskQuery = queryOf(GetTask);
type Answer = AnswerOf<typeof GetTaskQuery>;

@QueryHandler(GetTaskQuery)
export class GetTaskHandler implements IQueryHandler<MessageOf<typeof GetTaskQuery>> {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  async execute({ input, context }: MessageOf<typeof GetTaskQuery>): Promise<Answer> {
    const [task] = await storedTasks(
      this.database.db,
      sql`t.task_id = ${input.taskId} and t.tenant_id = ${context.principal.tenantId}`,
    );
    if (!task) throw notFound('task');
    const { rows } = await sql<{ event_type: string; recorded_at: Date; position: number | null }>`
      select e.event_type, e.recorded_at, l.position
      from es.events e left join es.ledger l on l.event_id = e.event_id
      where e.stream_id = ${taskStream(input.taskId)} order by e.stream_version`.execute(this.database.db);
    return {
      ...taskRowOf(task),
      operationId: task.operation_id,
      args: task.args,
      receipt: receiptOf(task),
      timeline: rows.map((row) => ({
        type: row.event_type,
        at: row.recorded_at.toISOString(),
        position: row.position,
      })),
    };
  }
}

function receiptOf(task: StoredTask): Answer['receipt'] {
  if (!task.receipt_body || !task.receipt_signature || !task.receipt_key) return null;
  const receipt = receiptSchema.parse(JSON.parse(task.receipt_body.toString('utf8')));
  return {
    outcome: receipt.outcome,
    startedAt: receipt.startedAt,
    finishedAt: receipt.finishedAt,
    before: receipt.before,
    after: receipt.after,
    evidence: receipt.evidence,
    keyId: task.receipt_key,
    signature: task.receipt_signature,
    body: task.receipt_body.toString('base64'),
  };
}
