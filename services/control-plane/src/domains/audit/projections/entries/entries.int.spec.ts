// The audit page's rows are the same, whether events were followed one by one or rebuilt in a large batch that was made
// ready beforehand.
import { TaskAccepted, TaskRequested } from '@muster/contracts/operations';
import type { JsonObject } from '@muster/kernel/canonical-json';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../../../../../../test/support/postgres.ts';
import { connect, type ProcessConnection } from '../../../../platform/database/database.ts';
import { InProcessHintBus, type SequencedEvent } from '../../../../platform/event-store/index.ts';
import { LiveHints } from '../../../../platform/realtime/live-hints.ts';
import { AuditEntriesProjection } from './entries.projection.ts';

const AT = '2026-11-22T01:02:03.456Z';
const [taskId, unknownTask, serverId, otherServer, operationId, clientId] = Array.from({ length: 6 }, newId);
const projection = new AuditEntriesProjection(new LiveHints(new InProcessHintBus()));

let database: TestDatabase;
let superuser: ProcessConnection;
let worker: ProcessConnection;

beforeAll(async () => {
  database = await createDatabase();
  superuser = connect(database.url, 'test', 1);
  worker = connect(database.urlAs('muster_worker'), 'test', 1);
});
afterAll(async () => {
  await Promise.all([superuser?.pool.end(), worker?.pool.end()]);
  await database?.drop();
});
beforeEach(async () => {
  await sql`truncate muster.audit_entries, muster.audit_tasks`.execute(superuser.db);
});

function eventsOf(...given: [type: string, data: JsonObject][]): SequencedEvent[] {
  return given.map(([type, data], position) => ({
    position,
    eventId: newId(),
    tenantId: DEFAULT_TENANT,
    streamId: `stream-${position}`,
    streamVersion: 1,
    type,
    version: 1,
    data,
    meta: {
      v: 1,
      actor: 'Zoë "the \\ owner"',
      actorKind: 'person',
      software: 'test',
      correlation: newId(),
      tenant: DEFAULT_TENANT,
    },
    recordedAt: new Date(AT),
  }));
}

const handle = (events: readonly SequencedEvent[], prepared?: ReturnType<typeof projection.prepare>): Promise<void> =>
  new Kysely<unknown>({ dialect: new PostgresDialect({ pool: worker.pool }) })
    .transaction()
    .execute((trx) => projection.handle(trx, events, prepared));

async function rows(): Promise<Record<string, unknown>[]> {
  const found = await sql<Record<string, unknown>>`select * from muster.audit_entries order by position`.execute(
    superuser.db,
  );
  return found.rows;
}

const EVENTS = eventsOf(
  [TaskRequested.type, { ...(TaskRequested.example as JsonObject), taskId, serverId, operationId }],
  [TaskRequested.type, { ...(TaskRequested.example as JsonObject), taskId, serverId: otherServer, operationId }],
  [TaskAccepted.type, { taskId }],
  [TaskAccepted.type, { taskId: unknownTask }],
  [TaskAccepted.type, { taskId, serverId: otherServer }],
  ['bans.AddressBlocked', { target: { serverId: otherServer } }],
  ['bans.AddressBlocked', { target: 'fleet', clientId }],
  ['test.Strange', { taskId: 7, serverId: 'no id', operationId: null, clientId: ['x'] }],
);

test('rebuilt in one batch, in batches and one by one', async () => {
  for (const event of EVENTS) await handle([event]);
  const followed = await rows();
  expect(followed.map(({ server_id, operation_id, client_id }) => [server_id, operation_id, client_id])).toEqual([
    [serverId, operationId, null],
    [otherServer, operationId, null],
    [serverId, operationId, null],
    [null, null, null],
    [otherServer, operationId, null],
    [otherServer, null, null],
    [null, null, clientId],
    [null, null, null],
  ]);
  expect(followed[2]).toMatchObject({
    type: TaskAccepted.type,
    class: 'fact',
    actor: 'Zoë "the \\ owner"',
    actor_kind: 'person',
    recorded_at: new Date(AT),
    routine: true,
  });

  await sql`truncate muster.audit_entries, muster.audit_tasks`.execute(superuser.db);
  await handle(EVENTS, projection.prepare(EVENTS));
  expect(await rows()).toEqual(followed);

  await sql`truncate muster.audit_entries, muster.audit_tasks`.execute(superuser.db);
  for (const part of [EVENTS.slice(0, 3), EVENTS.slice(3)]) await handle(part, projection.prepare(part));
  expect(await rows()).toEqual(followed);
});

test('a task whose request names no server stops the projection', async () => {
  const broken = eventsOf([TaskRequested.type, { taskId, operationId }]);
  await expect(handle(broken)).rejects.toThrow(/null value in column "server_id"/);
  expect(await rows()).toEqual([]);
});
