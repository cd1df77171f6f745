// What becomes of the tasks of a server that is retired, on a real PostgreSQL: each ends, none is said to have been done
// or not done without knowing, and the operation is over.
import { ApplyBans } from '@muster/contracts/bans';
import { OperationFinished, TaskAccepted, TaskReleased, TaskSigned } from '@muster/contracts/operations';
import { ServerEnrolled, ServerRetired } from '@muster/contracts/servers';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventOf } from '../../../platform/cqrs/recorder.ts';
import { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { World } from '../../../main/testing/world.ts';
import { serverStream } from '../../servers/index.ts';
import { TaskLog } from '../delivery/task-log.ts';
import { operationStream, taskIdOf } from '../operation-requests.ts';
import { EndTasksWhenServerIsRetired } from './end-tasks-when-server-is-retired.policy.ts';
import { FinishOperationWhenTasksEnd } from './finish-operation-when-tasks-end.policy.ts';

const NO_CHANGE = { from: 0, to: 1, add: [], remove: [], protect: [], unprotect: [] };

let world: World;
beforeAll(async () => {
  world = await World.open();
  const { database, store } = world.worker;
  world.follow(new EndTasksWhenServerIsRetired(database.pool, store));
  world.follow(new FinishOperationWhenTasksEnd(database.pool, store, new LiveHints(world.hints)));
});
afterAll(() => world.close());

/** One task on each server; the first is never released, the second waits for its signature, the third was accepted. */
async function asked(): Promise<{ operationId: string; serverIds: string[] }> {
  const operationId = newId();
  const serverIds = [newId(), newId(), newId()];
  for (const serverId of serverIds) {
    await world.say(serverStream(serverId), eventOf(ServerEnrolled, { ...ServerEnrolled.example, serverId }));
  }
  await world.operations.request(
    {
      operationId,
      kind: 'bans.block',
      subject: 'spec',
      reason: null,
      expiresAt: new Date(Date.now() + 3600_000),
      tasks: serverIds.map((serverId) => ({ serverId, definition: ApplyBans, args: NO_CHANGE })),
    },
    {
      eventId: newId(),
      tenantId: DEFAULT_TENANT,
      policy: 'spec',
      meta: { v: 1, actor: 's', actorKind: 'system', software: 's', correlation: newId(), tenant: DEFAULT_TENANT },
    },
    new Date(),
  );
  const log = new TaskLog(world.worker.store, world.worker.database.pool, { actor: 'spec', actorKind: 'system' });
  const steps = [[], [TaskReleased], [TaskReleased, TaskSigned, TaskAccepted]] as const;
  for (const [index, serverId] of serverIds.entries()) {
    const taskId = taskIdOf(operationId, serverId);
    for (const definition of steps[index] ?? []) {
      const now = await log.read(taskId);
      if (!now) throw new Error('the task was not written down');
      await log.record(now, definition, { ...definition.example, taskId }, definition.type);
    }
  }
  return { operationId, serverIds };
}

async function states(operationId: string, serverIds: readonly string[]): Promise<(string | undefined)[]> {
  const { rows } = await world.superuser.query<{ server_id: string; state: string }>(
    'select server_id, state from muster.operations_tasks where operation_id = $1',
    [operationId],
  );
  return serverIds.map((serverId) => rows.find((row) => row.server_id === serverId)?.state);
}

test('what cannot have reached a retired server is cancelled, what may have stays unknown, and nobody waits', async () => {
  const { operationId, serverIds } = await asked();
  expect(await states(operationId, serverIds)).toEqual(['requested', 'released', 'accepted']);
  for (const serverId of serverIds) {
    await world.settled(await world.say(serverStream(serverId), eventOf(ServerRetired, { serverId, reason: 'sold' })));
  }
  expect(await states(operationId, serverIds)).toEqual(['cancelled', 'cancelled', 'unknown']);
  // The last task's own event is answered after the one that retired its server.
  const stream = operationStream(operationId);
  await expect
    .poll(async () => (await world.worker.store.readStream(stream)).at(-1), { timeout: 10_000 })
    .toMatchObject({
      type: OperationFinished.type,
      data: { operationId, succeeded: 0, failed: 0, expired: 0, cancelled: 2, unknown: 1 },
    });
});
