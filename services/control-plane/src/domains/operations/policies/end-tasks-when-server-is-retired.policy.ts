// A retired server takes nothing any more: what was never signed cannot have reached it and is cancelled; of what was
// signed and not answered, nobody will learn what became.
import { TaskCancelled, TaskOutcomeUnknown } from '@muster/contracts/operations';
import { ServerRetired } from '@muster/contracts/servers';
import type { QueryPool } from '../../../platform/database/scoped-pool.ts';
import type { EventStore, EventStoreTransaction, SequencedEvent } from '../../../platform/event-store/index.ts';
import type { Subscription } from '../../../platform/projections/index.ts';
import { TaskLog, type TaskSnapshot } from '../delivery/task-log.ts';

const POLICY = 'end-tasks-when-server-is-retired';

export class EndTasksWhenServerIsRetired implements Subscription {
  readonly name = `policy/${POLICY}`;
  readonly version = 1;
  readonly types = [ServerRetired.type];
  readonly from = 'beginning';
  readonly #tasks: TaskLog;

  constructor(
    private readonly pool: QueryPool,
    store: EventStore,
  ) {
    this.#tasks = new TaskLog(store, pool, { actor: POLICY, actorKind: 'policy' });
  }

  async handle(_trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    const serverIds = events.map(({ data }) => ServerRetired.schema.parse(data).serverId);
    const { rows } = await this.pool.query<TaskSnapshot & { signed: boolean }>(
      `select task_id, state, version, signed_at is not null as signed from muster.operations_tasks
       where server_id = any($1) and state in ('requested', 'released', 'accepted', 'running')`,
      [serverIds],
    );
    await Promise.all(
      rows.map((task) =>
        task.state === 'requested' || (task.state === 'released' && !task.signed)
          ? this.#tasks.record(task, TaskCancelled, { taskId: task.task_id, receipt: null }, 'cancelled')
          : this.#tasks.record(task, TaskOutcomeUnknown, { taskId: task.task_id }, 'unknown'),
      ),
    );
  }
}
