// What servers hold, from receipts and their own reports, and what becomes of a difference.
import { AddressBlocked, TableDrifted, type HeldState } from '@muster/contracts/bans';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { blockListHash } from '@muster/kernel/hashing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LiveHints } from '../../../../platform/realtime/live-hints.ts';
import { HeldIngestion } from '../../ingestion/held.ingestion.ts';
import { BansOverview } from '../../overview.ts';
import { ConvergeServersWhenBansChange } from '../../policies/converge-servers-when-bans-change.policy.ts';
import { JudgeTables } from '../../schedules/judge-tables.schedule.ts';
import { happened } from '../../../../platform/event-store/testing/events.ts';
import { managedServer, succeeded } from '../../testing/events.ts';
import { Host } from '../../testing/host.ts';
import { World } from '../../../../main/testing/world.ts';
import { heldProjection } from './held.projection.ts';

let world: World;
let judge: JudgeTables;
let reports: HeldIngestion;
let overview: BansOverview;
let host: Host;

beforeAll(async () => {
  world = await World.open();
  const { database, store } = world.worker;
  const policy = { operations: world.operations, hints: world.hints, taskExpiryMs: 3600_000 };
  world.follow(heldProjection, new ConvergeServersWhenBansChange(policy));
  judge = new JudgeTables(database, store, world.hints);
  reports = new HeldIngestion(world.gateway.database, new LiveHints(world.hints));
  overview = new BansOverview(world.app.database);
});
afterAll(() => world?.close());

const taken = new Set<string>();
/** The host carries out what was asked, and its receipts arrive. */
async function carryOut(): Promise<void> {
  const { rows } = await world.superuser.query<{ task_id: string; task: string; args: unknown }>(
    'select task_id, task, args from muster.operations_tasks where server_id = $1 order by requested_at, task_id',
    [host.serverId],
  );
  for (const { task_id, task, args } of rows) {
    if (taken.has(task_id)) continue;
    taken.add(task_id);
    host.carryOut(task, args);
    const { revision, hash } = host;
    const counts = { blocks: host.blocks.size, protected: host.protections.size };
    const said =
      task === 'bans.manage@1' ? {} : { revision, hash, ...counts, verified: [], nft: '1.0.6', fail2ban: null };
    await world.settled(await world.happen(succeeded(host.serverId, task_id, said)));
  }
}
const block = (range: string) =>
  happened(AddressBlocked, { ...AddressBlocked.example, blockId: newId(), operationId: newId(), range, until: null });
const server = () => ({
  serverId: host.serverId,
  tenantId: DEFAULT_TENANT,
  hostKey: null,
  agentKey: '',
  confirmed: true,
});
const report = (more: Partial<HeldState> = {}) =>
  reports.take(server(), [
    {
      at: new Date().toISOString(),
      revision: host.revision,
      hash: host.hash,
      blocks: host.blocks.size,
      protected: 0,
      fail2banSynced: true,
      problem: null,
      ...more,
    },
  ]);
const state = async () => (await overview.servers(DEFAULT_TENANT)).find((one) => one.serverId === host.serverId)?.state;
const later = (seconds: number) => new Date(Date.now() + seconds * 1000);
const drifts = async () =>
  (await world.worker.store.readStream(`ban-table-${host.serverId}`)).filter(
    (event) => event.type === TableDrifted.type,
  );

beforeEach(async () => {
  host = new Host(newId());
  await world.settled(await world.happen(...managedServer(host.serverId)));
});

describe('a server’s ban table', () => {
  test('is unknown at first, held after its first receipt, behind after a block, held after the next receipt', async () => {
    expect(await state()).toBe('unknown');
    await carryOut();
    expect(await state()).toBe('held');
    await world.settled(await world.happen(block('203.0.113.1')));
    expect(await state()).toBe('behind');
    await carryOut();
    expect(await state()).toBe('held');
    const { rows } = await world.superuser.query(
      'select revision::int, enforced_at >= asked_at as after from muster.bans_enforcements where server_id = $1 order by 1',
      [host.serverId],
    );
    expect(rows).toEqual([
      { revision: 1, after: true },
      { revision: 2, after: true },
    ]);
  });

  test('that reports what is desired is held, and nobody hears of it', async () => {
    await carryOut();
    await report();
    await judge.run(new Date());
    expect(await state()).toBe('held');
    expect(await drifts()).toEqual([]);
  });

  test('that differs is drifted at once, told once when it lasts, given a snapshot, and held again', async () => {
    await carryOut();
    await report({ hash: null, problem: 'table absent' });
    await judge.run(new Date());
    expect(await state()).toBe('drifted');
    expect(await drifts()).toEqual([]);
    await judge.run(later(30));
    await judge.run(later(60));
    const told = await drifts();
    expect(told).toHaveLength(1);
    expect(told[0]?.data).toMatchObject({ serverId: host.serverId, revision: 1, held: null });
    await world.settled(told[0]?.eventId ?? '');
    const { rows } = await world.superuser.query(
      "select o.kind, t.args ->> 'revision' as revision from muster.operations_tasks t join muster.operations_operations o using (operation_id) where server_id = $1 and kind = 'bans.resync'",
      [host.serverId],
    );
    expect(rows).toEqual([{ kind: 'bans.resync', revision: '2' }]);
    await carryOut();
    expect(await state()).toBe('held');
  });

  test('with one address too many differs', async () => {
    await carryOut();
    await report({ hash: blockListHash([...host.blocks.values(), '198.51.100.200'], host.protections.values()) });
    await judge.run(new Date());
    expect(await state()).toBe('drifted');
  });

  test('that stays behind with nothing on its way is told, and asked anew', async () => {
    await carryOut();
    await world.settled(await world.happen(block('203.0.113.9')));
    // The change never arrived: its task ended without effect.
    await world.superuser.query('delete from muster.bans_desired_tasks where server_id = $1', [host.serverId]);
    await world.superuser.query('update muster.bans_desired_version set version = version + 1');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await report();
    await judge.run(later(30));
    expect(await drifts()).toEqual([]);
    await judge.run(later(120));
    const [told] = await drifts();
    await world.settled(told?.eventId ?? '');
    await carryOut();
    expect(await state()).toBe('held');
    expect([...host.blocks.values()]).toContain('203.0.113.9');
  });

  test('is counted for the first page', async () => {
    await carryOut();
    const { blocks } = await overview.summary(DEFAULT_TENANT);
    expect(blocks.managed).toBeGreaterThan(0);
    expect(blocks.held).toBeGreaterThan(0);
  });
});
