// Operations that are asked for together, on a real PostgreSQL: each server's tasks keep their order through all of them,
// and what could not be written down holds back what follows on its server, and nothing else.
import { ApplyBans } from '@muster/contracts/bans';
import type { EventMeta } from '@muster/contracts/ledger';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Append, Appended, EventStore } from '../../platform/event-store/index.ts';
import { World } from '../../main/testing/world.ts';
import { OperationRequests, taskIdOf, type RequestedOperation } from './operation-requests.ts';
import { taskStream } from './task.aggregate.ts';
import { metaOfSpec } from '../../platform/event-store/testing/events.ts';

const NO_CHANGE = { from: 0, to: 1, add: [], remove: [], protect: [], unprotect: [] };

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

function operationOn(serverIds: readonly string[], parts: readonly string[] = ['']): RequestedOperation {
  const order = {
    operationId: newId(),
    kind: 'bans.block',
    subject: 'spec',
    reason: null,
    expiresAt: new Date(Date.now() + 3600_000),
    tasks: parts.flatMap((part) =>
      serverIds.map((serverId) => ({ serverId, definition: ApplyBans, args: NO_CHANGE, part })),
    ),
  };
  const meta: EventMeta = metaOfSpec('spec', 'system');
  return { order, cause: { eventId: newId(), tenantId: DEFAULT_TENANT, policy: 'spec', meta }, now: new Date() };
}

/** Task ids in the order of the server's lane. */
async function laneOf(serverId: string): Promise<string[]> {
  const { rows } = await world.superuser.query<{ task_id: string }>(
    'select task_id from muster.operations_tasks where server_id = $1 order by place',
    [serverId],
  );
  return rows.map((row) => row.task_id);
}

test('the tasks of each server come in the order of the operations, and of the parts of each', async () => {
  const servers = Array.from({ length: 8 }, newId);
  const operations = Array.from({ length: 12 }, (_, index) =>
    // Some concern half of the servers only: these may be ahead of the others, never of themselves.
    operationOn(index % 3 === 0 ? servers.slice(4) : servers, index % 4 === 0 ? ['first', 'second'] : ['']),
  );
  await world.operations.requestInTurn(operations);
  for (const serverId of servers) {
    const wanted = operations.flatMap(({ order }) =>
      order.tasks
        .filter((task) => task.serverId === serverId)
        .map((task) => taskIdOf(order.operationId, serverId, task.part)),
    );
    expect(await laneOf(serverId)).toEqual(wanted);
  }
});

test('a task that is not written down holds back its server alone, and a repeat adds what is missing', async () => {
  const [hurt, well] = [newId(), newId()];
  const operations = [operationOn([hurt, well]), operationOn([hurt, well])];
  const [first = '', second = ''] = operations.map(({ order }) => order.operationId);
  const lost = taskStream(taskIdOf(first, hurt));
  const failing = {
    append: (append: Append): Promise<Appended> =>
      append.streamId === lost
        ? Promise.reject(new Error('the connection is gone'))
        : world.worker.store.append(append),
  } as EventStore;

  await expect(new OperationRequests(failing, world.hints).requestInTurn(operations)).rejects.toThrow('gone');
  expect(await laneOf(hurt)).toEqual([]);
  expect(await laneOf(well)).toEqual([taskIdOf(first, well), taskIdOf(second, well)]);

  await world.operations.requestInTurn(operations);
  expect(await laneOf(hurt)).toEqual([taskIdOf(first, hurt), taskIdOf(second, hurt)]);
  expect(await laneOf(well)).toEqual([taskIdOf(first, well), taskIdOf(second, well)]);
});
