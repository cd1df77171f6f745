// A cancel reaches the agent: what no server has yet ends here; for the rest a signed cancel goes out, and the server
// says whether it came in time.
import { OperationCancelRequested, TaskCancelled } from '@muster/contracts/operations';
import type { QueryPool } from '../../../platform/database/scoped-pool.ts';
import type { EventStore, EventStoreTransaction, SequencedEvent } from '../../../platform/event-store/index.ts';
import type { Subscription } from '../../../platform/projections/index.ts';
import type { Dispatcher } from '../delivery/dispatcher.ts';
import { TaskLog, type TaskSnapshot } from '../delivery/task-log.ts';

export class CancelTasksWhenOperationIsCancelled implements Subscription {
  readonly name = 'policy/cancel-tasks-when-operation-is-cancelled';
  readonly version = 1;
  readonly types = [OperationCancelRequested.type];
  readonly from = 'beginning';
  readonly #tasks: TaskLog;
  readonly #queued: string[] = [];

  constructor(
    private readonly pool: QueryPool,
    store: EventStore,
    private readonly dispatcher: Dispatcher,
  ) {
    this.#tasks = new TaskLog(store, pool, {
      actor: 'cancel-tasks-when-operation-is-cancelled',
      actorKind: 'policy',
    });
  }

  async handle(_trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    for (const event of events) {
      const { operationId } = OperationCancelRequested.schema.parse(event.data);
      const { rows } = await this.pool.query<TaskSnapshot & { server_id: string }>(
        `select task_id, state, version, server_id from muster.operations_tasks
         where operation_id = $1 and state not in ('succeeded', 'failed', 'expired', 'cancelled')`,
        [operationId],
      );
      for (const task of rows) {
        const ended =
          task.state === 'requested' &&
          (await this.#tasks.record(task, TaskCancelled, { taskId: task.task_id, receipt: null }, 'cancelled'));
        if (ended) continue;
        await this.pool.query(
          `insert into muster.operations_cancels (task_id, server_id) values ($1, $2) on conflict do nothing`,
          [task.task_id, task.server_id],
        );
        this.#queued.push(task.task_id);
      }
    }
  }

  async afterCommit(): Promise<void> {
    const taskIds = this.#queued.splice(0);
    if (taskIds.length > 0) await this.dispatcher.queueCancels(taskIds);
  }
}
