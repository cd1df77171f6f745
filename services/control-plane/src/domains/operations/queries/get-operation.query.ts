// One operation with its grid of tasks. An operation is written down a few milliseconds after the command that asks for
// it was answered, so a page that comes at once waits for it here instead of being told that it does not exist.
import { GetOperation } from '@muster/contracts/operations';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { OperationRows } from './operation-rows.ts';
import { storedTasks, taskRowOf } from './task-rows.ts';

const GetOperationQuery = queryOf(GetOperation);
const APPEARS_WITHIN_MS = 1500;
const LOOK_AGAIN_MS = 50;

@QueryHandler(GetOperationQuery)
export class GetOperationHandler implements IQueryHandler<MessageOf<typeof GetOperationQuery>> {
  constructor(
    @Inject(OperationRows) private readonly rows: OperationRows,
    @Inject(APP_DATABASE) private readonly database: Connection,
  ) {}

  async execute({ input, context }: MessageOf<typeof GetOperationQuery>): Promise<AnswerOf<typeof GetOperationQuery>> {
    const condition = sql`o.operation_id = ${input.operationId} and o.tenant_id = ${context.principal.tenantId}`;
    const deadline = Date.now() + APPEARS_WITHIN_MS;
    for (;;) {
      const [row] = await this.rows.list(condition, 1);
      if (row) {
        const tasks = await storedTasks(this.database.db, sql`t.operation_id = ${input.operationId}`);
        const replaced = new Set(tasks.map((task) => task.retry_of));
        return { ...row, tasks: tasks.filter((task) => !replaced.has(task.task_id)).map(taskRowOf) };
      }
      if (Date.now() > deadline) throw notFound('operation');
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
}
