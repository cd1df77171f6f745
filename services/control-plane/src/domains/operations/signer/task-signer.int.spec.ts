// The signer on a real PostgreSQL where no read model runs: what may be signed is decided by events alone.
import { ApplyBans } from '@muster/contracts/bans';
import { TaskReleased } from '@muster/contracts/operations';
import {
  CapabilitySet,
  FingerprintConfirmed,
  IdentityConflictFound,
  ServerEnrolled,
  ServerRetired,
} from '@muster/contracts/servers';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { generateSigningKey } from '@muster/kernel/signing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../../../../../test/support/postgres.ts';
import { eventOf } from '../../../platform/cqrs/recorder.ts';
import { connect, type ProcessConnection } from '../../../platform/database/database.ts';
import { EventStore, InProcessHintBus, LogTail, type NewEvent } from '../../../platform/event-store/index.ts';
import { recordFact } from '../../servers/server-events.ts';
import { TaskLog } from '../delivery/task-log.ts';
import { inlineTables, OperationRequests } from '../index.ts';
import { taskIdOf } from '../operation-requests.ts';
import { TaskSigner } from './task-signer.ts';

const NO_CHANGE = { from: 0, to: 1, add: [], remove: [], protect: [], unprotect: [] };

const hints = new InProcessHintBus();
const stop: (() => Promise<unknown>)[] = [];
let database: TestDatabase;
let worker: { readonly connection: ProcessConnection; readonly store: EventStore };
let signer: TaskSigner;

function storeAs(role: 'muster_worker' | 'muster_signer') {
  const connection = connect(database.urlAs(role), role, 4);
  const tail = new LogTail(connection.pool, hints);
  stop.push(
    () => tail.stop(),
    () => connection.pool.end(),
  );
  return { connection, store: new EventStore({ pool: connection.pool, hints, tail, inline: inlineTables }) };
}

beforeAll(async () => {
  database = await createDatabase();
  worker = storeAs('muster_worker');
  const { connection, store } = storeAs('muster_signer');
  signer = new TaskSigner(connection.pool, store, generateSigningKey(), { warn: () => undefined });
});
afterAll(async () => {
  for (const end of stop) await end();
  await database.drop();
});

/** An event of the server's own stream. */
const say = (serverId: string, event: NewEvent) =>
  recordFact(worker.store, {
    streamId: `server-${serverId}`,
    streamType: 'server',
    event,
    actor: 's',
    actorKind: 'system',
  });

async function enrolled(): Promise<string> {
  const serverId = newId();
  await say(serverId, eventOf(ServerEnrolled, { ...ServerEnrolled.example, serverId }));
  return serverId;
}

async function managed(): Promise<string> {
  const serverId = await enrolled();
  await say(serverId, eventOf(FingerprintConfirmed, { ...FingerprintConfirmed.example, serverId }));
  await say(serverId, eventOf(CapabilitySet, { serverId, capability: 'bans', mode: 'managed' }));
  return serverId;
}

/** A change of bans that the dispatcher has let go; answers with its id. */
async function released(serverId: string): Promise<string> {
  const operationId = newId();
  const now = new Date();
  const operation = { operationId, kind: 'bans.block', subject: 'spec', reason: null };
  await new OperationRequests(worker.store, hints).request(
    {
      ...operation,
      expiresAt: new Date(now.getTime() + 3600_000),
      tasks: [{ serverId, definition: ApplyBans, args: NO_CHANGE }],
    },
    {
      eventId: newId(),
      tenantId: DEFAULT_TENANT,
      policy: 'spec',
      meta: {
        v: 1,
        actor: 'spec',
        actorKind: 'system',
        software: 'spec',
        correlation: newId(),
        tenant: DEFAULT_TENANT,
      },
    },
    now,
  );
  const taskId = taskIdOf(operationId, serverId);
  const log = new TaskLog(worker.store, worker.connection.pool, { actor: 'dispatcher', actorKind: 'system' });
  const row = await log.read(taskId);
  if (!row) throw new Error('the task was not written down');
  await log.record(row, TaskReleased, { taskId, seq: 1 }, 'released');
  return taskId;
}

async function judged(serverId: string): Promise<{ state: string; signed: boolean; reason: unknown }> {
  const taskId = await released(serverId);
  await signer.run();
  const { rows } = await worker.connection.pool.query<{ state: string; signed: boolean }>(
    'select state, signed_at is not null as signed from muster.operations_tasks where task_id = $1',
    [taskId],
  );
  const last = (await worker.store.readStream(`task-${taskId}`)).at(-1);
  return { state: rows[0]?.state ?? '', signed: rows[0]?.signed ?? false, reason: last?.data['reason'] };
}

describe('what the signer lets pass', () => {
  test('a server that was confirmed and entrusted a moment ago, although no table says so yet', async () => {
    expect(await judged(await managed())).toEqual({ state: 'released', signed: true, reason: undefined });
  });

  test('not one that was never confirmed, nor one that Muster never heard of', async () => {
    const refused = { state: 'failed', signed: false, reason: 'Its server is not one that Muster may change' };
    expect(await judged(await enrolled())).toEqual(refused);
    expect(await judged(newId())).toEqual(refused);
  });

  test('not one that is only observed', async () => {
    const serverId = await managed();
    expect(await judged(serverId)).toMatchObject({ signed: true });
    await say(serverId, eventOf(CapabilitySet, { serverId, capability: 'bans', mode: 'observe' }));
    expect(await judged(serverId)).toMatchObject({ signed: false, reason: 'bans is only observed on its server' });
  });

  test('not one that was retired or whose identity was copied after its last task', async () => {
    const retired = await managed();
    const copied = await managed();
    expect(await judged(retired)).toMatchObject({ signed: true });
    expect(await judged(copied)).toMatchObject({ signed: true });
    await say(retired, eventOf(ServerRetired, { serverId: retired, reason: 'sold' }));
    await say(copied, eventOf(IdentityConflictFound, { ...IdentityConflictFound.example, serverId: copied }));
    expect(await judged(retired)).toMatchObject({ state: 'failed', signed: false });
    expect(await judged(copied)).toMatchObject({ state: 'failed', signed: false });
  });
});
