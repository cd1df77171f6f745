// Asks the servers whose task did not succeed once more. A retry is a new task with its own events; the old one stays.
import { RetryOperation, TaskRequested } from '@muster/contracts/operations';
import { derivedId } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { SETTINGS, type Settings } from '../../../platform/config/settings.ts';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import type { HintBus } from '../../../platform/event-store/index.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import { TASKS_REQUESTED } from '../operation-requests.ts';
import { taskStream } from '../task.aggregate.ts';
import type { OperationsTables } from '../tables.ts';

const RetryOperationCommand = commandOf(RetryOperation);

@CommandHandler(RetryOperationCommand)
export class RetryOperationHandler implements ICommandHandler<MessageOf<typeof RetryOperationCommand>> {
  constructor(
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(HINTS) private readonly hints: HintBus,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof RetryOperationCommand>): Promise<OutcomeOf<typeof RetryOperationCommand>> {
    const tasks = await this.#endedWithoutSuccess(input.operationId, context.principal.tenantId, input.taskIds);
    const now = new Date();
    const expiresAt = new Date(now.getTime() + this.settings.MUSTER_TASK_EXPIRY_SECONDS * 1000).toISOString();
    const recorded = await Promise.all(
      tasks.map((task) => {
        const taskId = derivedId('retry', context.principal.actor, context.commandId, task.task_id);
        return this.recorder.record(
          context,
          {
            streamId: taskStream(taskId),
            streamType: 'task',
            expectedVersion: 'new',
            events: [
              eventOf(TaskRequested, {
                taskId,
                operationId: task.operation_id,
                serverId: task.server_id,
                lane: task.lane,
                task: task.task,
                args: TaskRequested.schema.shape.args.parse(task.args),
                notBefore: now.toISOString(),
                expiresAt,
                attempt: task.attempt + 1,
                retryOf: task.task_id,
              }),
            ],
          },
          task.task_id,
        );
      }),
    );
    this.hints.publish(TASKS_REQUESTED, { operationId: input.operationId });
    return {
      eventIds: recorded.flatMap(({ eventIds }) => eventIds),
      replayed: recorded.every(({ replayed }) => replayed),
      answer: { tasks: recorded.length },
    };
  }

  async #endedWithoutSuccess(operationId: string, tenantId: string, only: readonly string[] | undefined) {
    const all = await this.database.db
      .withTables<OperationsTables>()
      .selectFrom('muster.operations_tasks')
      .selectAll()
      .where('operation_id', '=', operationId)
      .where('tenant_id', '=', tenantId)
      .execute();
    if (all.length === 0) throw notFound('operation');
    const replaced = new Set(all.map((task) => task.retry_of));
    const last = all.filter((task) => !replaced.has(task.task_id));
    const ended = last.filter((task) => ['failed', 'expired', 'cancelled'].includes(task.state));
    const wanted = only ? ended.filter((task) => only.includes(task.task_id)) : ended;
    if (wanted.length === 0) {
      throw new Refusal(
        'conflict',
        'nothing-to-retry',
        'No server of this operation failed; there is nothing to ask again',
      );
    }
    return wanted;
  }
}
