// Appends one event to a task's stream, if it may follow the state the task is in. The row and its version are the
// snapshot: a lost race means that somebody else moved the task, and the event is judged again.
import type { EventDefinition } from '@muster/contracts';
import { DEFAULT_TENANT, derivedId } from '@muster/kernel/ids';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import type { TaskState } from '@muster/contracts/operations';
import type { EventMeta } from '@muster/contracts/ledger';
import type { QueryPool } from '../../../platform/database/scoped-pool.ts';
import type { z } from 'zod';
import { eventOf, SOFTWARE } from '../../../platform/cqrs/recorder.ts';
import { CommandReused, ConcurrencyConflict, type EventStore } from '../../../platform/event-store/index.ts';
import { mayFollow, taskStream, type TaskEventType } from '../task.aggregate.ts';

export interface TaskSnapshot {
  readonly task_id: string;
  readonly state: TaskState;
  readonly version: number;
}

export interface Writer {
  readonly actor: string;
  readonly actorKind: EventMeta['actorKind'];
}

const ATTEMPTS = 5;

export class TaskLog {
  constructor(
    private readonly store: EventStore,
    private readonly pool: QueryPool,
    private readonly writer: Writer,
  ) {}

  /**
   * `once` names the append: the same name is recorded one time only. False when the event may not follow (a repeat, or
   * the task is over).
   */
  async record<D extends EventDefinition<TaskEventType>>(
    snapshot: TaskSnapshot,
    definition: D,
    data: z.input<D['schema']>,
    once: string,
    as: Writer = this.writer,
  ): Promise<boolean> {
    const event = eventOf(definition, data);
    let current: TaskSnapshot | undefined = snapshot;
    for (let attempt = 1; attempt <= ATTEMPTS && current; attempt++) {
      if (!mayFollow(current.state, definition.type)) return false;
      try {
        const { replayed } = await this.store.append({
          commandId: derivedId(snapshot.task_id, once),
          actor: as.actor,
          requestHash: sha256(canonicalBytes([definition.type, event.data])),
          tenantId: DEFAULT_TENANT,
          streamId: taskStream(snapshot.task_id),
          streamType: 'task',
          expectedVersion: current.version,
          events: [event],
          meta: {
            v: 1,
            actor: as.actor,
            actorKind: as.actorKind,
            software: SOFTWARE,
            correlation: snapshot.task_id,
            tenant: DEFAULT_TENANT,
          },
        });
        return !replayed;
      } catch (error) {
        if (error instanceof CommandReused) return false;
        if (!(error instanceof ConcurrencyConflict)) throw error;
        current = await this.read(snapshot.task_id);
      }
    }
    return false;
  }

  async read(taskId: string): Promise<TaskSnapshot | undefined> {
    const { rows } = await this.pool.query<TaskSnapshot>(
      'select task_id, state, version from muster.operations_tasks where task_id = $1',
      [taskId],
    );
    return rows[0];
  }
}
