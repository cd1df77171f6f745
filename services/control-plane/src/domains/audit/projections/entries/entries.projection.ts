// Read model of the audit page: one row per event with what it is filtered by.
import { eventDefinition } from '@muster/contracts';
import { TaskRequested } from '@muster/contracts/operations';
import { sql } from 'kysely';
import type { EventStoreTransaction, SequencedEvent } from '../../../../platform/event-store/index.ts';
import type { Subscription } from '../../../../platform/projections/index.ts';
import { READ_MODEL } from '../../../../platform/projections/read-barrier.ts';
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

export class AuditEntriesProjection implements Subscription {
  readonly name = `${READ_MODEL}audit-entries`;
  readonly version = 1;
  readonly types = 'all';
  readonly from = 'beginning';

  constructor(private readonly live: LiveHints) {}

  async handle(trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    await rememberTasks(trx, events);
    const tasks = await placesOfTasks(trx, events);
    const classes = events.map(({ type }) => eventDefinition(type)?.class ?? 'fact');
    const places = events.map((event) => placeOf(event, tasks));
    const column = <T>(of: (event: SequencedEvent) => T): T[] => events.map(of);
    await sql`
      insert into muster.audit_entries (position, tenant_id, recorded_at, type, class, actor, actor_kind, server_id, operation_id, client_id, routine)
      select * from unnest(${column(({ position }) => position)}::bigint[], ${column(({ tenantId }) => tenantId)}::uuid[],
        ${column(({ recordedAt }) => recordedAt)}::timestamptz[], ${column(({ type }) => type)}::text[], ${classes}::text[],
        ${column(({ meta }) => meta.actor)}::text[], ${column(({ meta }) => meta.actorKind)}::text[],
        ${places.map(({ serverId }) => serverId)}::uuid[], ${places.map(({ operationId }) => operationId)}::uuid[],
        ${column(({ data }) => text(data['clientId']))}::uuid[],
        ${events.map(({ type }, index) => classes[index] === 'digest' || ROUTINE.has(type))}::boolean[])`.execute(trx);
  }

  afterCommit(events: readonly SequencedEvent[]): Promise<void> {
    const servers = events.flatMap(({ data }) => text(data['serverId']) ?? []);
    const clients = events.flatMap(({ data }) => text(data['clientId']) ?? []);
    const about = [...servers, ...clients.map((clientId) => `client:${clientId}`)];
    this.live.changed('ledger', events.at(-1)?.position ?? null, about);
    return Promise.resolve();
  }
}

async function rememberTasks(trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
  const requested = events
    .filter((event) => event.type === TaskRequested.type)
    .map((event) => TaskRequested.schema.parse(event.data));
  if (requested.length === 0) return;
  await sql`
    insert into muster.audit_tasks (task_id, server_id, operation_id)
    select * from unnest(${requested.map((task) => task.taskId)}::uuid[], ${requested.map((task) => task.serverId)}::uuid[],
      ${requested.map((task) => task.operationId)}::uuid[])
    on conflict do nothing`.execute(trx);
}

async function placesOfTasks(
  trx: EventStoreTransaction,
  events: readonly SequencedEvent[],
): Promise<ReadonlyMap<string, Place>> {
  const ids = events.map((event) => text(event.data['taskId'])).filter((id) => id !== null);
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ task_id: string; server_id: string; operation_id: string }>`
    select task_id, server_id, operation_id from muster.audit_tasks where task_id = any(${ids}::uuid[])`.execute(trx);
  return new Map(rows.map((row) => [row.task_id, { serverId: row.server_id, operationId: row.operation_id }]));
}

function placeOf({ data }: SequencedEvent, tasks: ReadonlyMap<string, Place>): Place {
  const task = tasks.get(text(data['taskId']) ?? '');
  const target = data['target'];
  const targeted =
    typeof target === 'object' && target !== null && 'serverId' in target ? text(target['serverId']) : null;
  return {
    serverId: text(data['serverId']) ?? task?.serverId ?? targeted,
    operationId: text(data['operationId']) ?? task?.operationId ?? null,
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An id as events carry it; anything else is not a place. */
function text(value: unknown): string | null {
  return typeof value === 'string' && UUID.test(value) ? value : null;
}
