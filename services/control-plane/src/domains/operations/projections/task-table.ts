// The task table: written inside the append's transaction, so that an event and the state it leads to are one fact.
// Set-based: a fleet block brings a thousand task events in one group.
import {
  OperationCancelRequested,
  OperationFinished,
  OperationRequested,
  TaskCancelled,
  TaskFailed,
  TaskFoundDone,
  TaskReleased,
  TaskRequested,
  TaskSigned,
  TaskSigningRefused,
  TaskSucceeded,
} from '@muster/contracts/operations';
import { sql } from 'kysely';
import type { EventStoreTransaction, InlineProjection, StoredEvent } from '../../../platform/event-store/index.ts';
import { stateAfter, taskEventTypes, type TaskEventType } from '../task.aggregate.ts';

const taskTypes = new Set<string>(taskEventTypes.map((definition) => definition.type));

export const taskTable: InlineProjection = {
  types: [...taskTypes, OperationRequested.type, OperationCancelRequested.type, OperationFinished.type],
  async apply(trx, events) {
    // Order matters only within one stream, and one append holds one stream; runs of one type keep it.
    for (const run of runsOfOneType(events)) await applyRun(trx, run.type, run.events);
  },
};

function runsOfOneType(events: readonly StoredEvent[]): { type: string; events: StoredEvent[] }[] {
  const runs: { type: string; events: StoredEvent[] }[] = [];
  for (const event of events) {
    const last = runs.at(-1);
    if (last?.type === event.type) last.events.push(event);
    else runs.push({ type: event.type, events: [event] });
  }
  return runs;
}

async function applyRun(trx: EventStoreTransaction, type: string, events: readonly StoredEvent[]): Promise<void> {
  if (type === OperationRequested.type) return insertOperations(trx, events);
  if (type === OperationCancelRequested.type) return markOperations(trx, events, 'cancel');
  if (type === OperationFinished.type) return markOperations(trx, events, 'finish');
  if (type === TaskRequested.type) return insertTasks(trx, events);
  return moveTasks(trx, type as TaskEventType, events);
}

const json = (rows: unknown) => sql`${JSON.stringify(rows)}::json`;

async function insertOperations(trx: EventStoreTransaction, events: readonly StoredEvent[]): Promise<void> {
  const rows = events.map((event) => {
    const data = OperationRequested.schema.parse(event.data);
    return {
      operation_id: data.operationId,
      tenant_id: event.tenantId,
      kind: data.kind,
      subject: data.subject,
      caused_by: data.causedBy,
      actor: event.meta.onBehalfOf ?? event.meta.actor,
      actor_kind: event.meta.onBehalfOf ? 'person' : event.meta.actorKind,
      reason: event.meta.internalReason ?? null,
      servers: data.servers,
      requested_event: event.eventId,
      asked_at: event.recordedAt,
      expires_at: data.expiresAt,
    };
  });
  await sql`
    insert into muster.operations_operations (operation_id, tenant_id, kind, subject, caused_by, actor, actor_kind, reason,
      servers, requested_event, asked_at, expires_at)
    select * from json_to_recordset(${json(rows)}) as r(operation_id uuid, tenant_id uuid, kind text, subject text,
      caused_by uuid, actor text, actor_kind text, reason text, servers int, requested_event uuid, asked_at timestamptz,
      expires_at timestamptz)`.execute(trx);
}

async function markOperations(
  trx: EventStoreTransaction,
  events: readonly StoredEvent[],
  what: 'cancel' | 'finish',
): Promise<void> {
  const rows = events.map((event) => ({ id: event.data['operationId'], at: event.recordedAt }));
  const change = what === 'cancel' ? sql`cancel_requested = true` : sql`finished_at = r.at`;
  await sql`
    update muster.operations_operations o set ${change}
    from json_to_recordset(${json(rows)}) as r(id uuid, at timestamptz) where o.operation_id = r.id`.execute(trx);
}

async function insertTasks(trx: EventStoreTransaction, events: readonly StoredEvent[]): Promise<void> {
  const rows = events.map((event) => {
    const data = TaskRequested.schema.parse(event.data);
    return {
      task_id: data.taskId,
      tenant_id: event.tenantId,
      operation_id: data.operationId,
      server_id: data.serverId,
      lane: data.lane,
      task: data.task,
      args: data.args,
      version: event.streamVersion,
      attempt: data.attempt,
      retry_of: data.retryOf,
      actor: event.meta.onBehalfOf ?? event.meta.actor,
      not_before: data.notBefore,
      expires_at: data.expiresAt,
      requested_at: event.recordedAt,
    };
  });
  await sql`
    insert into muster.operations_tasks (task_id, tenant_id, operation_id, server_id, lane, task, args, state, version,
      attempt, retry_of, actor, not_before, expires_at, requested_at)
    select task_id, tenant_id, operation_id, server_id, lane, task, args, 'requested', version, attempt, retry_of, actor,
      not_before, expires_at, requested_at
    from json_to_recordset(${json(rows)}) as r(task_id uuid, tenant_id uuid, operation_id uuid, server_id uuid, lane text,
      task text, args jsonb, version int, attempt int, retry_of uuid, actor text, not_before timestamptz,
      expires_at timestamptz, requested_at timestamptz)`.execute(trx);
  // A task that was asked for again re-opens its operation.
  const retried = [...new Set(rows.filter((row) => row.retry_of !== null).map((row) => row.operation_id))];
  if (retried.length > 0) {
    await sql`
      update muster.operations_operations set finished_at = null, cancel_requested = false
      where operation_id = any(${retried}::uuid[])`.execute(trx);
  }
}

interface Moved {
  id: unknown;
  version: number;
  state: string | null;
  at: Date;
  final: boolean;
  seq?: number;
  error?: string;
  body?: string;
  signature?: string;
  key?: string;
}

async function moveTasks(
  trx: EventStoreTransaction,
  type: TaskEventType,
  events: readonly StoredEvent[],
): Promise<void> {
  const state = stateAfter[type];
  const rows = events.map((event) => movedBy(type, state, event));
  const signs = type === TaskSigned.type;
  await sql`
    update muster.operations_tasks t set
      state = coalesce(r.state, t.state),
      version = r.version,
      seq = coalesce(r.seq, t.seq),
      released_at = case when ${type === TaskReleased.type} then r.at else t.released_at end,
      signed_at = case when ${signs} then r.at else t.signed_at end,
      accepted_at = case when r.state = 'accepted' then r.at else t.accepted_at end,
      finished_at = case when r.final then r.at else t.finished_at end,
      error = coalesce(r.error, t.error),
      envelope_body = case when ${signs} then decode(r.body, 'base64') else t.envelope_body end,
      envelope_signature = case when ${signs} then r.signature else t.envelope_signature end,
      envelope_key = case when ${signs} then r.key else t.envelope_key end,
      receipt_body = case when ${!signs} and r.body is not null then decode(r.body, 'base64') else t.receipt_body end,
      receipt_signature = case when ${!signs} then coalesce(r.signature, t.receipt_signature) else t.receipt_signature end,
      receipt_key = case when ${!signs} then coalesce(r.key, t.receipt_key) else t.receipt_key end
    from json_to_recordset(${json(rows)}) as r(id uuid, version int, state text, at timestamptz, final boolean, seq bigint,
      error text, body text, signature text, key text)
    where t.task_id = r.id`.execute(trx);
}

const FINAL = new Set(['succeeded', 'failed', 'expired', 'cancelled']);

function movedBy(type: TaskEventType, state: string | null, event: StoredEvent): Moved {
  const moved: Moved = {
    id: event.data['taskId'],
    version: event.streamVersion,
    state,
    at: event.recordedAt,
    final: state !== null && FINAL.has(state),
  };
  switch (type) {
    case 'operations.TaskReleased':
      return { ...moved, seq: TaskReleased.schema.parse(event.data).seq };
    case 'operations.TaskSigned': {
      const { body, signature, keyId } = TaskSigned.schema.parse(event.data).envelope;
      return { ...moved, body, signature, key: keyId };
    }
    case 'operations.TaskSigningRefused':
      return { ...moved, error: TaskSigningRefused.schema.parse(event.data).reason };
    case 'operations.TaskSucceeded':
      return { ...moved, ...receiptColumns(TaskSucceeded.schema.parse(event.data).receipt) };
    case 'operations.TaskFoundDone':
      return { ...moved, ...receiptColumns(TaskFoundDone.schema.parse(event.data).receipt) };
    case 'operations.TaskFailed': {
      const { receipt, error } = TaskFailed.schema.parse(event.data);
      return { ...moved, error, ...receiptColumns(receipt) };
    }
    case 'operations.TaskCancelled':
      return { ...moved, ...receiptColumns(TaskCancelled.schema.parse(event.data).receipt) };
    case 'operations.TaskExpired':
      return { ...moved, error: 'Its time was over before the server took it' };
    case 'operations.TaskRequested':
    case 'operations.TaskAccepted':
    case 'operations.TaskStarted':
    case 'operations.TaskOutcomeUnknown':
      return moved;
  }
}

function receiptColumns(receipt: { body: string; signature: string; keyId: string } | null): Partial<Moved> {
  return receipt ? { body: receipt.body, signature: receipt.signature, key: receipt.keyId } : {};
}
