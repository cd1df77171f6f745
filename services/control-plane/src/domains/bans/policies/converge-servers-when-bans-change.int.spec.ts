// The policy on a real PostgreSQL: one unbroken chain of revisions per server under load, competing workers and
// failures, and no task twice.
import { AddressBlocked, ApplyBans, ManageBans, SnapshotBans } from '@muster/contracts/bans';
import { newId } from '@muster/kernel/ids';
import { Kysely, PostgresDialect } from 'kysely';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SequencedEvent } from '../../../platform/event-store/index.ts';
import type { OperationRequests, RequestedOperation } from '../../operations/index.ts';
import { happened } from '../../../platform/event-store/testing/events.ts';
import { managedServer } from '../testing/events.ts';
import { Host } from '../testing/host.ts';
import { World } from '../../../main/testing/world.ts';
import { ConvergeServersWhenBansChange } from './converge-servers-when-bans-change.policy.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());
afterAll(() => undefined);

const policy = (operations: Pick<OperationRequests, 'requestInTurn'> = world.operations) =>
  new ConvergeServersWhenBansChange({ operations, hints: world.hints, taskExpiryMs: 3600_000 });

interface TaskRow {
  server_id: string;
  task: string;
  args: Record<string, unknown>;
  operation_id: string;
}
async function tasks(): Promise<TaskRow[]> {
  const { rows } = await world.superuser.query<TaskRow>(
    'select server_id, task, args, operation_id from muster.operations_tasks order by requested_at, task_id',
  );
  return rows;
}

function blocks(count: number) {
  return Array.from({ length: count }, (_, i) =>
    happened(AddressBlocked, {
      ...AddressBlocked.example,
      blockId: newId(),
      operationId: newId(),
      range: `203.0.113.${i}`,
      until: null,
    }),
  );
}

/** Carries every task out in the order in which the dispatcher would release it. */
async function carriedOut(serverIds: readonly string[]): Promise<Map<string, Host>> {
  const hosts = new Map(serverIds.map((serverId) => [serverId, new Host(serverId)]));
  for (const { server_id, task, args } of await tasks()) hosts.get(server_id)?.carryOut(task, args);
  return hosts;
}

describe('converging servers', () => {
  test('forgets what a failed transaction made, also when another worker has reached the same number', async () => {
    const [failing, other] = [policy(), policy()];
    const [lost, here] = [newId(), newId()];
    const { pool } = world.worker.database;
    const transaction = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) }).transaction();
    const failed = transaction.execute(async (trx) => {
      await failing.handle(trx, managedServer(lost));
      throw new Error('the connection is gone');
    });
    await expect(failed).rejects.toThrow('gone');
    const carry = async (worker: typeof other, events: SequencedEvent[]) => {
      await transaction.execute((trx) => worker.handle(trx, events));
      await worker.afterCommit(events);
    };
    await carry(other, managedServer(here));
    const [event] = blocks(1);
    if (event === undefined) throw new Error('there is no block');
    await carry(failing, [event]);
    const asked = (await tasks()).filter((task) => task.operation_id === event.data['operationId']);
    expect(asked.map((task) => task.server_id)).toEqual([here]);
  });

  test('fifty blocks at once, two workers: twenty servers, one chain of fifty changes each, no gap', async () => {
    const serverIds = Array.from({ length: 20 }, newId);
    world.follow(policy());
    world.follow(policy());
    await world.settled(await world.happen(...serverIds.flatMap(managedServer)));
    const began = performance.now();
    const eventIds = await Promise.all(blocks(50).map((event) => world.happenOne(event)));
    for (const eventId of eventIds) await world.settled(eventId, 60_000);
    const took = performance.now() - began;
    console.log(`50 blocks x 20 servers: 1000 tasks in ${took.toFixed(0)} ms`);

    const applied = (await tasks()).filter((task) => task.task === ApplyBans.name);
    expect(applied).toHaveLength(50 * 20);
    expect(new Set(applied.map((task) => task.operation_id)).size).toBe(50);
    for (const host of (await carriedOut(serverIds)).values()) {
      expect(host).toMatchObject({ gaps: 0, revision: 51 });
      expect(host.blocks.size).toBe(50);
    }
    const { rows } = await world.superuser.query('select distinct revision::int from muster.bans_desired');
    expect(rows).toEqual([{ revision: 51 }]);
  });

  test('a failure after the tasks were written down adds no second task, and the chain goes on', async () => {
    const serverId = newId();
    let failures = 0;
    const failing = {
      async requestInTurn(orders: readonly RequestedOperation[]): Promise<void> {
        await world.operations.requestInTurn(orders);
        if (orders.some(({ order }) => order.kind === 'bans.block') && failures++ < 2)
          throw new Error('the worker died here');
      },
    };
    world.follow(policy(failing));
    await world.settled(await world.happen(...managedServer(serverId), ...blocks(3)));
    expect(failures).toBeGreaterThan(2);
    expect((await tasks()).map((task) => task.task)).toEqual([
      ManageBans.name,
      SnapshotBans.name,
      ApplyBans.name,
      ApplyBans.name,
      ApplyBans.name,
    ]);
    expect((await carriedOut([serverId])).get(serverId)).toMatchObject({ gaps: 0, revision: 4 });
  });

  test('another worker that takes over goes on where the first one stood', async () => {
    const serverId = newId();
    const first = world.follow(policy());
    const [one, two, three] = blocks(3);
    if (!one || !two || !three) throw new Error('no blocks');
    await world.settled(await world.happen(...managedServer(serverId), one));
    await first.stop();
    const second = world.follow(policy());
    await world.settled(await world.happen(two));
    await second.stop();
    world.follow(policy());
    await world.settled(await world.happen(three));
    const host = (await carriedOut([serverId])).get(serverId);
    expect(host).toMatchObject({ gaps: 0, revision: 4 });
    expect([...(host?.blocks.values() ?? [])]).toEqual(['203.0.113.0', '203.0.113.1', '203.0.113.2']);
  });

  test('from the block on record to twenty tasks on record', async () => {
    const serverIds = Array.from({ length: 20 }, newId);
    world.follow(policy());
    await world.settled(await world.happen(...serverIds.flatMap(managedServer)));
    const took: number[] = [];
    for (const event of blocks(20)) {
      const eventId = await world.happenOne(event);
      await world.settled(eventId);
      const { rows } = await world.superuser.query<{ ms: number }>(
        `select extract(epoch from max(t.requested_at) - e.recorded_at)::float8 * 1000 as ms
         from es.events e, muster.operations_tasks t join muster.operations_operations o using (operation_id)
         where e.event_id = $1 and o.caused_by = e.event_id group by e.recorded_at`,
        [eventId],
      );
      took.push(rows[0]?.ms ?? Number.NaN);
    }
    took.sort((a, b) => a - b);
    console.log(`append to 20 tasks: p50 ${took[10]?.toFixed(1)} ms, worst ${took.at(-1)?.toFixed(1)} ms`);
    expect(took.every((ms) => ms > 0)).toBe(true);
  });
});
