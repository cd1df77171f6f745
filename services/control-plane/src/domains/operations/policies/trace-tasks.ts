// Adds each ended task to the trace of the action that led to it, and measures it: how long it waited for its server, was
// on its way, and worked on the host; one line of the log says the same. Reads what the ledger holds, so nothing on the way
// has to remember.
import {
  TaskAccepted,
  TaskCancelled,
  TaskExpired,
  TaskFailed,
  TaskReleased,
  TaskRequested,
  TaskSucceeded,
} from '@muster/contracts/operations';
import { receipt } from '@muster/contracts/agent';
import { fromBase64 } from '@muster/kernel/bytes';
import { Logger } from '@nestjs/common';
import { ACTION_SPAN } from '../../../platform/cqrs/action-telemetry.ts';
import type {
  EventStore,
  EventStoreTransaction,
  SequencedEvent,
  StoredEvent,
} from '../../../platform/event-store/index.ts';
import type { Subscription } from '../../../platform/projections/index.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import type { SpanOf, Tracing } from '../../../platform/telemetry/tracing.ts';

const ENDS = [TaskSucceeded, TaskFailed, TaskExpired, TaskCancelled];

export class TraceTasks implements Subscription {
  readonly name = 'telemetry/operations.trace-tasks';
  readonly version = 1;
  readonly types = ENDS.map((definition) => definition.type);
  readonly from = 'now';
  readonly #log = new Logger('Tasks');

  constructor(
    private readonly store: EventStore,
    private readonly metrics: Metrics,
    private readonly tracing: Tracing,
  ) {}

  async handle(_trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    const histories = Map.groupBy(
      await this.store.readStreams(new Map(events.map(({ streamId }) => [streamId, 1]))),
      ({ streamId }) => streamId,
    );
    for (const end of events) this.#ended(end, histories.get(end.streamId) ?? []);
  }

  #ended(end: SequencedEvent, history: readonly StoredEvent[]): void {
    const at = (type: string): Date | undefined => history.find((event) => event.type === type)?.recordedAt;
    const [request] = history;
    if (request?.type !== TaskRequested.type) return;
    const { taskId, task, serverId } = TaskRequested.schema.parse(request.data);
    const outcome = end.type.replace(/^operations\.Task/, '').toLowerCase();
    this.metrics.taskSeconds.observe(
      { task, outcome },
      Math.max(0, end.recordedAt.getTime() - request.recordedAt.getTime()) / 1000,
    );

    const about = ['task', taskId];
    const { correlation: correlationId } = request.meta;
    this.#log.debug({ message: 'task ended', correlationId, task: taskId, server: serverId, outcome });
    const attributes = { 'muster.task': taskId, 'muster.server': serverId };
    this.tracing.record({
      correlationId,
      about,
      parent: ACTION_SPAN,
      name: task,
      startedAt: request.recordedAt,
      endedAt: end.recordedAt,
      attributes,
      ...(outcome === 'succeeded' ? {} : { error: outcome }),
    });
    const part = (name: string, from: Date | undefined, to: Date | undefined): void => {
      if (from === undefined || to === undefined || to < from) return;
      const span: SpanOf = {
        correlationId,
        about: [...about, name],
        parent: about,
        name,
        startedAt: from,
        endedAt: to,
        attributes,
      };
      this.tracing.record(span);
    };
    part('waited for its turn and its server', request.recordedAt, at(TaskReleased.type));
    // By the host's own clock, which may differ from ours. A task that is done at once is not announced before.
    const onHost = hostTimes(end);
    part('on its way to the server', at(TaskReleased.type), at(TaskAccepted.type) ?? onHost?.startedAt);
    part('worked on the host', onHost?.startedAt, onHost?.finishedAt);
  }
}

function hostTimes(end: SequencedEvent): { startedAt: Date; finishedAt: Date } | undefined {
  const ended =
    end.type === TaskSucceeded.type
      ? TaskSucceeded.schema.parse(end.data)
      : end.type === TaskFailed.type
        ? TaskFailed.schema.parse(end.data)
        : undefined;
  if (!ended?.receipt) return undefined;
  const parsed = receipt.safeParse(JSON.parse(new TextDecoder().decode(fromBase64(ended.receipt.body))));
  if (!parsed.success) return undefined;
  return { startedAt: new Date(parsed.data.startedAt), finishedAt: new Date(parsed.data.finishedAt) };
}
