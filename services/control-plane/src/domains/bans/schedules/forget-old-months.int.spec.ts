// The ban log's end on a real PostgreSQL: months that are past their time go whole, the others stay, and the ledger says it.
import { BanLogMonthForgotten } from '@muster/contracts/bans';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSettings } from '../../../platform/config/settings.ts';
import { World } from '../../../main/testing/world.ts';
import { ForgetOldMonths } from './forget-old-months.schedule.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const monthsAgo = (count: number): Date => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count, 15));
};
const nameOf = (day: Date): string => day.toISOString().slice(0, 7);

test('forgets whole months past the retention, once, and never what is young', async () => {
  for (const age of [0, 3, 5, 6]) {
    await world.superuser.query('select muster.bans_ensure_month($1::date)', [monthsAgo(age)]);
    await world.superuser.query(
      `insert into muster.bans_ban_log (at, line_id, tenant_id, place, what, address, by_kind, by_name, source)
       values ($1, gen_random_uuid(), gen_random_uuid(), 'fleet', 'banned', '203.0.113.9', 'person', 'spec', 'muster')`,
      [monthsAgo(age)],
    );
  }
  const settings = readSettings({ MUSTER_KEYS: '/nowhere', MUSTER_BAN_LOG_MONTHS: '4' });
  const schedule = new ForgetOldMonths(world.worker.database, world.worker.store, settings);
  await schedule.run(new Date());
  await schedule.run(new Date());

  const { rows } = await world.superuser.query<{ month: string }>(
    `select to_char(at at time zone 'UTC', 'YYYY-MM') as month from muster.bans_ban_log order by at`,
  );
  expect(rows.map(({ month }) => month)).toEqual([monthsAgo(3), monthsAgo(0)].map(nameOf));
  const said = await world.worker.store.readStream('bans-retention');
  expect(said.map((event) => BanLogMonthForgotten.schema.parse(event.data))).toEqual(
    [6, 5].map((age) => ({ month: nameOf(monthsAgo(age)), lines: 1, keptMonths: 4 })),
  );
  await expect(
    world.worker.database.pool.query('select muster.bans_forget_month($1::date)', [monthsAgo(1)]),
  ).rejects.toThrow(/too young to be forgotten/);
});
