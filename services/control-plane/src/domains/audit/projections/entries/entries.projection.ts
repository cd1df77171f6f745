// Read model of the audit page: one row per event with what it is filtered by.
import { eventDefinition } from '@muster/contracts';
import { TaskRequested } from '@muster/contracts/operations';
import { sql } from 'kysely';
import {
  bigints,
  booleans,
  insertColumns,
  texts,
  timestamps,
  uuids,
  type Column,
} from '../../../../platform/database/columns.ts';
import type { EventStoreTransaction, SequencedEvent } from '../../../../platform/event-store/index.ts';
import type { ReadModelKey, Subscription } from '../../../../platform/projections/index.ts';
import type { LiveHints } from '../../../../platform/realtime/live-hints.ts';

/** Facts that arrive all the time and are about nobody's action. */
const ROUTINE = new Set([
  'servers.ServerAnswered',
  'servers.ServerWentSilent',
  'servers.FactsChanged',
  'operations.TaskReleased',
  'operations.TaskSigned',
  'operations.TaskAccepted',
  'operations.TaskStarted',
]);

interface Place {
  serverId: string | null;
  operationId: string | null;
}

interface TaskRow {
  task_id: string;
  server_id: string;
  operation_id: string;
}

/** Whom an event names itself. */
interface Named {
  taskId: string | null;
  serverId: string | null;
  operationId: string | null;
  target: string | null;
}

/** Rows of events, but for what only the tasks say. */
interface Prepared {
  named: readonly Named[];
  columns: Readonly<Record<string, Column>>;
  /** Rows of those that were asked for. */
  tasks: Readonly<Record<keyof TaskRow, Column>> | null;
}

export const AUDIT_ENTRIES: ReadModelKey = { name: 'read-model/audit-entries', version: 1 };

export class AuditEntriesProjection implements Subscription {
  readonly name = AUDIT_ENTRIES.name;
  readonly version = AUDIT_ENTRIES.version;
  readonly types = 'all';
  readonly from = 'beginning';

  constructor(private readonly live: LiveHints) {}

  prepare(events: readonly SequencedEvent[]): Prepared {
    const classes = events.map(({ type }) => eventDefinition(type)?.class ?? 'fact');
    return {
      named: events.map(named),
      columns: {
        position: bigints(events.map(({ position }) => position)),
        tenant_id: uuids(events.map(({ tenantId }) => tenantId)),
        recorded_at: timestamps(events.map(({ recordedAt }) => recordedAt)),
        type: texts(events.map(({ type }) => type)),
        class: texts(classes),
        actor: texts(events.map(({ meta }) => meta.actor)),
        actor_kind: texts(events.map(({ meta }) => meta.actorKind)),
        client_id: uuids(events.map(({ data }) => uuid(data['clientId']))),
        routine: booleans(events.map(({ type }, index) => classes[index] === 'digest' || ROUTINE.has(type))),
      },
      tasks: tasksOf(events),
    };
  }

  async handle(
    trx: EventStoreTransaction,
    events: readonly SequencedEvent[],
    { named, columns, tasks }: Prepared = this.prepare(events),
  ): Promise<void> {
    const known = await placesOfTasks(trx, named, await rememberTasks(trx, tasks));
    const places = named.map((one) => placeOf(one, known));
    await insertColumns('muster.audit_entries', {
      ...columns,
      server_id: uuids(places.map(({ serverId }) => serverId)),
      operation_id: uuids(places.map(({ operationId }) => operationId)),
    }).execute(trx);
  }

  afterCommit(events: readonly SequencedEvent[]): Promise<void> {
    const servers = events.flatMap(({ data }) => uuid(data['serverId']) ?? []);
    const clients = events.flatMap(({ data }) => uuid(data['clientId']) ?? []);
    const about = [...servers, ...clients.map((clientId) => `client:${clientId}`)];
    this.live.changed('ledger', events.at(-1)?.position ?? null, about);
    return Promise.resolve();
  }
}

function tasksOf(events: readonly SequencedEvent[]): Prepared['tasks'] {
  const requested = events.filter(({ type }) => type === TaskRequested.type).map(({ data }) => data);
  if (requested.length === 0) return null;
  // One that is missing is NULL, which its table refuses.
  const column = (field: 'taskId' | 'serverId' | 'operationId'): Column =>
    uuids(requested.map((data) => uuid(data[field])));
  return { task_id: column('taskId'), server_id: column('serverId'), operation_id: column('operationId') };
}

/** Returns the places of those that were not known before. */
async function rememberTasks(
  trx: EventStoreTransaction,
  tasks: Prepared['tasks'],
): Promise<ReadonlyMap<string, Place>> {
  if (tasks === null) return new Map();
  const { rows } = await sql<TaskRow>`
    ${insertColumns('muster.audit_tasks', tasks)} on conflict do nothing returning task_id, server_id, operation_id`.execute(
    trx,
  );
  return new Map(rows.map(placeOfTask));
}

/** Of those that are named, where not given. */
async function placesOfTasks(
  trx: EventStoreTransaction,
  events: readonly Named[],
  given: ReadonlyMap<string, Place>,
): Promise<ReadonlyMap<string, Place>> {
  const wanted = new Set<string>();
  for (const { taskId } of events) if (taskId !== null && !given.has(taskId)) wanted.add(taskId);
  if (wanted.size === 0) return given;
  const { rows } = await sql<TaskRow>`
    select task_id, server_id, operation_id from muster.audit_tasks where task_id = any(${uuids([...wanted])})`.execute(
    trx,
  );
  return new Map([...given, ...rows.map(placeOfTask)]);
}

function placeOfTask(row: TaskRow): [taskId: string, place: Place] {
  return [row.task_id, { serverId: row.server_id, operationId: row.operation_id }];
}

function placeOf({ taskId, serverId, operationId, target }: Named, tasks: ReadonlyMap<string, Place>): Place {
  const task = taskId === null ? undefined : tasks.get(taskId);
  return {
    serverId: serverId ?? task?.serverId ?? target,
    operationId: operationId ?? task?.operationId ?? null,
  };
}

function named({ data }: SequencedEvent): Named {
  const target = data['target'];
  return {
    taskId: uuid(data['taskId']),
    serverId: uuid(data['serverId']),
    operationId: uuid(data['operationId']),
    target: typeof target === 'object' && target !== null && 'serverId' in target ? uuid(target['serverId']) : null,
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An id as events carry it; anything else is not a place. */
function uuid(value: unknown): string | null {
  return typeof value === 'string' && UUID.test(value) ? value : null;
}
