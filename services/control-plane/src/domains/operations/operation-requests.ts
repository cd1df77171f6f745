// How another domain asks servers to do something: an operation and one task per server, each an event before anything
// happens. Called by policies; a repeat with the same cause adds nothing.
import { tasks, type TaskDefinition } from '@muster/contracts';
import { OperationCancelRequested, OperationRequested, TaskRequested } from '@muster/contracts/operations';
import type { EventMeta } from '@muster/contracts/ledger';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import type { z } from 'zod';
import { eventOf, SOFTWARE } from '../../platform/cqrs/recorder.ts';
import {
  CommandReused,
  ConcurrencyConflict,
  type EventStore,
  type NewEvent,
} from '../../platform/event-store/index.ts';
import type { HintBus } from '../../platform/event-store/index.ts';
import { taskStream } from './task.aggregate.ts';

export const operationStream = (operationId: string) => `operation-${operationId}`;
/** Wakes the dispatcher. */
export const TASKS_REQUESTED = 'tasks.requested';

export interface TaskOrder<D extends TaskDefinition = TaskDefinition> {
  readonly serverId: string;
  readonly definition: D;
  readonly args: z.input<D['args']>;
  /** Tells two tasks of one operation on one server apart; not needed for one. */
  readonly part?: string;
}

export interface OperationOrder {
  readonly operationId: string;
  /** e.g. `bans.block`; the page turns it into words. */
  readonly kind: string;
  readonly subject: string;
  readonly reason: string | null;
  readonly expiresAt: Date;
  readonly tasks: readonly TaskOrder[];
}

/** The event that makes the operation necessary, and who is behind it. */
export interface Cause {
  readonly eventId: string;
  readonly tenantId: string;
  readonly meta: EventMeta;
  /** Name of the policy that asks. */
  readonly policy: string;
}

export interface RequestedOperation {
  readonly order: OperationOrder;
  readonly cause: Cause;
  /** From when its tasks may begin. */
  readonly now: Date;
}

export class OperationRequests {
  constructor(
    private readonly store: EventStore,
    private readonly hints: HintBus,
  ) {}

  /** Resolves when every task is written down. Task ids are derived, so the caller may know them before. */
  async request(order: OperationOrder, cause: Cause, now: Date): Promise<void> {
    await this.requestInTurn([{ order, cause, now }]);
  }

  /**
   * Operations side by side, so that many share a commit; the tasks of one server one after the other, through all operations,
   * because that is the order of its lane. Resolves when every task is written down. Throws when one could not be: no later
   * task of its server is written down then, and a repeat adds what is missing.
   */
  async requestInTurn(requests: readonly RequestedOperation[]): Promise<void> {
    const turns = new Map<string, Promise<void>>();
    const ends = requests.map(async (request) => {
      const asked = this.#requestOperation(request);
      const byServer = Map.groupBy(request.order.tasks, (task) => task.serverId);
      const tasks = [...byServer].map(([serverId, mine]) => {
        const turn = this.#requestTasks(mine, request, [asked, turns.get(serverId) ?? Promise.resolve()]);
        turns.set(serverId, turn);
        return turn;
      });
      await settled([asked, ...tasks]);
      this.hints.publish(TASKS_REQUESTED, { operationId: request.order.operationId });
    });
    await settled(ends);
  }

  /** What has not begun ends; what has is asked to. */
  async cancel(operationId: string, cause: Cause): Promise<void> {
    await this.#append(
      cause,
      metaOf(cause, null),
      operationStream(operationId),
      'operation',
      [eventOf(OperationCancelRequested, { operationId })],
      'any',
    );
  }

  #requestOperation({ order, cause }: RequestedOperation): Promise<void> {
    return this.#append(cause, metaOf(cause, order.reason), operationStream(order.operationId), 'operation', [
      eventOf(OperationRequested, {
        operationId: order.operationId,
        kind: order.kind,
        subject: order.subject,
        causedBy: cause.eventId,
        servers: new Set(order.tasks.map((task) => task.serverId)).size,
        expiresAt: order.expiresAt.toISOString(),
      }),
    ]);
  }

  async #requestTasks(
    tasks: readonly TaskOrder[],
    { order, cause, now }: RequestedOperation,
    before: readonly Promise<void>[],
  ): Promise<void> {
    await Promise.all(before);
    const meta = metaOf(cause, order.reason);
    for (const task of tasks) await this.#requestTask(task, order, cause, meta, now);
  }

  async #requestTask(task: TaskOrder, order: OperationOrder, cause: Cause, meta: EventMeta, now: Date): Promise<void> {
    const taskId = taskIdOf(order.operationId, task.serverId, task.part);
    await this.#append(cause, meta, taskStream(taskId), 'task', [
      eventOf(TaskRequested, {
        taskId,
        operationId: order.operationId,
        serverId: task.serverId,
        lane: task.definition.lane,
        task: task.definition.name,
        args: task.definition.args.parse(task.args) as z.output<typeof TaskRequested.schema>['args'],
        notBefore: now.toISOString(),
        expiresAt: order.expiresAt.toISOString(),
        attempt: 1,
        retryOf: null,
      }),
    ]);
  }

  async #append(
    cause: Cause,
    meta: EventMeta,
    streamId: string,
    streamType: string,
    events: NewEvent[],
    expectedVersion: 'new' | 'any' = 'new',
  ): Promise<void> {
    try {
      await this.store.append({
        commandId: derivedId(cause.policy, cause.eventId, streamId),
        actor: cause.policy,
        // The clock is in the events; what makes a repeat the same is its cause.
        requestHash: sha256(canonicalBytes([cause.policy, cause.eventId, streamId])),
        tenantId: cause.tenantId,
        streamId,
        streamType,
        expectedVersion,
        events,
        meta,
      });
    } catch (error) {
      // The stream exists: an earlier run of the same policy made it.
      if (error instanceof ConcurrencyConflict || error instanceof CommandReused) return;
      throw error;
    }
  }
}

export function taskIdOf(operationId: string, serverId: string, part = ''): string {
  return derivedId('task', operationId, serverId, part);
}

/** Throws for a name that the catalogue does not have. */
export function taskDefinition(name: string): TaskDefinition {
  const definition = tasks.find((candidate) => candidate.name === name);
  if (!definition) throw new Error(`${name} is not a task of the catalogue`);
  return definition;
}

/** Names of tasks that everything after them in their lane waits for. */
export const BARRIERS: readonly string[] = tasks.filter(({ barrier }) => barrier === true).map(({ name }) => name);

/** Nothing goes on behind the caller's back: throws the first failure once all have ended. */
async function settled(all: readonly Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(all);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function metaOf(cause: Cause, reason: string | null): EventMeta {
  const person = cause.meta.actorKind === 'person' ? cause.meta.actor : cause.meta.onBehalfOf;
  return {
    v: 1,
    actor: cause.policy,
    actorKind: 'policy',
    software: SOFTWARE,
    correlation: cause.meta.correlation,
    causation: cause.eventId,
    tenant: cause.tenantId,
    ...(person ? { onBehalfOf: person } : {}),
    ...(cause.meta.ticket ? { ticket: cause.meta.ticket } : {}),
    ...(reason ? { internalReason: reason } : {}),
  };
}
