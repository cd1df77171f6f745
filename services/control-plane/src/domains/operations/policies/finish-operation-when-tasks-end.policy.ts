// When every task of an operation has reached a final state, the operation has: one event with the count, and the pages
// that show it hear of every step. A task of a retired server whose outcome is unknown will stay so: nobody waits for it.
import { OperationFinished, OperationRequested } from '@muster/contracts/operations';
import { ServerRetired } from '@muster/contracts/servers';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import type { QueryPool } from '../../../platform/database/scoped-pool.ts';
import { eventOf, SOFTWARE } from '../../../platform/cqrs/recorder.ts';
import {
  CommandReused,
  type EventStore,
  type EventStoreTransaction,
  type SequencedEvent,
} from '../../../platform/event-store/index.ts';
import type { Subscription } from '../../../platform/projections/index.ts';
import type { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { ServerStandings } from '../../servers/index.ts';
import { operationStream } from '../operation-requests.ts';
import { isFinal, stateAfter, taskEventTypes } from '../task.aggregate.ts';

const POLICY = 'finish-operation-when-tasks-end';

interface Concerned {
  readonly operations: readonly string[];
  readonly servers: readonly string[];
}

interface Ended {
  operation_id: string;
  tenant_id: string;
  tasks: number;
  succeeded: number;
  failed: number;
  expired: number;
  cancelled: number;
  unknown: number;
}

export class FinishOperationWhenTasksEnd implements Subscription {
  readonly name = `policy/${POLICY}`;
  readonly version = 1;
  readonly types = [
    OperationRequested.type,
    ServerRetired.type,
    ...taskEventTypes.map((definition) => definition.type),
  ];
  readonly from = 'beginning';

  readonly #servers: ServerStandings;
  #last: { readonly events: readonly SequencedEvent[]; readonly concerned: Concerned } | undefined;

  constructor(
    private readonly pool: QueryPool,
    private readonly store: EventStore,
    private readonly live: LiveHints,
  ) {
    this.#servers = new ServerStandings(store);
  }

  async handle(_trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    if (!events.some(({ type }) => mayBeTheLast(type))) return;
    const { operations } = await this.#concerned(events);
    const retired = await this.#retiredAmong(operations);
    const { rows } = await this.pool.query<Ended>(
      `select o.operation_id, o.tenant_id, count(*)::int as tasks,
         count(*) filter (where t.state = 'succeeded')::int as succeeded,
         count(*) filter (where t.state = 'failed')::int as failed,
         count(*) filter (where t.state = 'expired')::int as expired,
         count(*) filter (where t.state = 'cancelled')::int as cancelled,
         count(*) filter (where t.state = 'unknown')::int as unknown
       from muster.operations_operations o
       join muster.operations_tasks t using (operation_id)
       where o.operation_id = any($1) and o.finished_at is null
         -- Said first and for itself: while one is under way, which is nearly always, the first one found is enough. Looked
         -- for among the operation's own ("offset 0"), not among all that are under way.
         and not exists (select 1 from (select state from muster.operations_tasks
                                        where operation_id = o.operation_id offset 0) u
                         where u.state in ('requested', 'released', 'accepted', 'running'))
         and not exists (select 1 from muster.operations_tasks r where r.retry_of = t.task_id)
       group by o.operation_id, o.tenant_id, o.servers
       having bool_and(t.state in ('succeeded', 'failed', 'expired', 'cancelled')
           or (t.state = 'unknown' and t.server_id = any($2)))
         and count(distinct t.server_id) >= o.servers`,
      [operations, retired],
    );
    await Promise.all(rows.map((row) => this.#finish(row)));
  }

  async afterCommit(events: readonly SequencedEvent[]): Promise<void> {
    const position = events.at(-1)?.position ?? null;
    const { operations, servers } = await this.#concerned(events);
    this.live.changed('operations', position, servers);
    this.live.changed('fleet', position, servers);
    // Whoever listens to one operation was seen to reach one of its servers.
    for (const operationId of operations) this.live.changed(`operation:${operationId}`, position, 'everybody');
  }

  /** Of one batch asked for twice: when it is handled, and when pages hear of it. */
  async #concerned(events: readonly SequencedEvent[]): Promise<Concerned> {
    if (this.#last?.events !== events) this.#last = { events, concerned: await this.#read(events) };
    return this.#last.concerned;
  }

  async #read(events: readonly SequencedEvent[]): Promise<Concerned> {
    const known = events.flatMap(({ data }) => (typeof data['operationId'] === 'string' ? [data['operationId']] : []));
    const tasks = events.flatMap(({ data }) => (typeof data['taskId'] === 'string' ? [data['taskId']] : []));
    const { rows } = await this.pool.query<{ operation_id: string; server_id: string }>(
      `select distinct operation_id, server_id from muster.operations_tasks
       where task_id = any($1) or (server_id = any($2) and state = 'unknown')`,
      [tasks, retiredIn(events)],
    );
    return {
      operations: [...new Set([...known, ...rows.map((row) => row.operation_id)])],
      servers: [...new Set(rows.map((row) => row.server_id))],
    };
  }

  /** Servers that left tasks of these operations unanswered, by their own events: the read model may be behind. */
  async #retiredAmong(operations: readonly string[]): Promise<string[]> {
    const { rows } = await this.pool.query<{ server_id: string }>(
      `select distinct server_id from muster.operations_tasks where operation_id = any($1) and state = 'unknown'`,
      [operations],
    );
    if (rows.length === 0) return [];
    const servers = await this.#servers.of(rows.map((row) => row.server_id));
    return [...servers.values()].filter((server) => server.retired).map((server) => server.serverId);
  }

  async #finish({ operation_id: operationId, tenant_id: tenantId, tasks, ...counts }: Ended): Promise<void> {
    const event = eventOf(OperationFinished, {
      operationId,
      succeeded: counts.succeeded,
      failed: counts.failed,
      expired: counts.expired,
      cancelled: counts.cancelled,
      ...(counts.unknown > 0 ? { unknown: counts.unknown } : {}),
    });
    try {
      await this.store.append({
        // A retry re-opens the operation; its end is another one.
        commandId: derivedId(POLICY, operationId, String(tasks), JSON.stringify(counts)),
        actor: POLICY,
        requestHash: sha256(canonicalBytes(event.data)),
        tenantId,
        streamId: operationStream(operationId),
        streamType: 'operation',
        expectedVersion: 'any',
        events: [event],
        meta: {
          v: 1,
          actor: POLICY,
          actorKind: 'policy',
          software: SOFTWARE,
          correlation: operationId,
          tenant: tenantId,
        },
      });
    } catch (error) {
      if (!(error instanceof CommandReused)) throw error;
    }
  }
}

/** A task ended, or nobody will ever know. */
function mayBeTheLast(type: string): boolean {
  if (type === ServerRetired.type) return true;
  const definition = taskEventTypes.find((known) => known.type === type);
  const state = definition && stateAfter[definition.type];
  return state === 'unknown' || (state !== null && state !== undefined && isFinal(state));
}

const retiredIn = (events: readonly SequencedEvent[]): string[] =>
  events.flatMap(({ type, data }) => (type === ServerRetired.type ? [ServerRetired.schema.parse(data).serverId] : []));
