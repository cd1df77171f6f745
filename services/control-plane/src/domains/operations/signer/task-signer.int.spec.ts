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
import { eventOf } from '../../../platform/cqrs/recorder.ts';
import type { NewEvent } from '../../../platform/event-store/index.ts';
import { World } from '../../../main/testing/world.ts';
import { serverStream } from '../../servers/index.ts';
import { TaskLog } from '../delivery/task-log.ts';
import { taskIdOf } from '../operation-requests.ts';
import { TaskSigner, type SignerLog } from './task-signer.ts';
import { metaOfSpec } from '../../../platform/event-store/testing/events.ts';

const NO_CHANGE = { from: 0, to: 1, add: [], remove: [], protect: [], unprotect: [] };

let world: World;
let signer: TaskSigner;
/** What it wrote into its log: about what, and the sentence. */
const said: [about: Parameters<SignerLog['warn']>[0], sentence: string][] = [];

beforeAll(async () => {
  world = await World.open();
  const { database, store } = world.station('muster_signer');
  const keep: SignerLog['warn'] = (about, sentence) => void said.push([about, sentence]);
  signer = new TaskSigner(database.pool, store, generateSigningKey(), { debug: keep, warn: keep });
});
afterAll(() => world.close());

const say = (serverId: string, event: NewEvent) => world.say(serverStream(serverId), event);

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
  await world.operations.request(
    {
      ...operation,
      expiresAt: new Date(now.getTime() + 3600_000),
      tasks: [{ serverId, definition: ApplyBans, args: NO_CHANGE }],
    },
    {
      eventId: newId(),
      tenantId: DEFAULT_TENANT,
      policy: 'spec',
      meta: metaOfSpec('spec', 'system'),
    },
    now,
  );
  const taskId = taskIdOf(operationId, serverId);
  const log = new TaskLog(world.worker.store, world.worker.database.pool, { actor: 'dispatcher', actorKind: 'system' });
  const row = await log.read(taskId);
  if (!row) throw new Error('the task was not written down');
  await log.record(row, TaskReleased, { taskId, seq: 1 }, 'released');
  return taskId;
}

async function judged(serverId: string): Promise<{ state: string; signed: boolean; reason: unknown }> {
  const taskId = await released(serverId);
  await signer.run();
  const { rows } = await world.worker.database.pool.query<{ state: string; signed: boolean }>(
    'select state, signed_at is not null as signed from muster.operations_tasks where task_id = $1',
    [taskId],
  );
  const last = (await world.worker.store.readStream(`task-${taskId}`)).at(-1);
  return { state: rows[0]?.state ?? '', signed: rows[0]?.signed ?? false, reason: last?.data['reason'] };
}

test('the signer writes what became of a task under the id of the action that led to it', async () => {
  const [passed, refused] = [await released(await managed()), await released(await enrolled())];
  await signer.run();
  for (const [task, sentence] of [
    [passed, 'signed'],
    [refused, 'not signed: Its server is not one that Muster may change'],
  ] as const) {
    const [request] = await world.worker.store.readStream(`task-${task}`);
    expect(said).toContainEqual([{ correlationId: request?.meta.correlation, task }, sentence]);
  }
});

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
