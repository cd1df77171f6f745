// What PostgreSQL walks through to find the open tasks of many lanes, while it still believes that hardly any task is open:
// autovacuum looked at the table before the fleet was asked.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../../../../../test/support/postgres.ts';
import { openTasksIn } from './open-tasks.ts';

const SERVERS = 500;

let database: TestDatabase;
let superuser: pg.Client;
beforeAll(async () => {
  database = await createDatabase();
  superuser = new pg.Client({ connectionString: database.url });
  await superuser.connect();
  await ask('succeeded', 10);
  await superuser.query('analyze muster.operations_tasks');
  await ask('released', 1);
  await ask('requested', 2);
});
afterAll(async () => {
  await superuser?.end();
  await database?.drop();
});

/** So many tasks for each server. */
async function ask(state: string, many: number): Promise<void> {
  await superuser.query(
    `insert into muster.operations_tasks (task_id, tenant_id, operation_id, server_id, lane, task, args, state, version, attempt,
       actor, seq, not_before, expires_at, requested_at)
     select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), md5('server ' || s)::uuid, 'guard', 'bans.apply@1', '{}', $1, 1, 1,
       'spec', n, now(), now() + interval '1 hour', now()
     from generate_series(1, ${SERVERS}) s, generate_series(1, ${many}) n`,
    [state],
  );
}

interface PlanNode {
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Join Filter'?: number;
  Plans?: PlanNode[];
}

/** Rows that the nodes of a plan gave or threw away. */
function walked(node: PlanNode): number {
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0);
  const own = (node['Actual Rows'] + removed) * node['Actual Loops'];
  return (node.Plans ?? []).reduce((sum, child) => sum + walked(child), own);
}

async function walkedFor(query: string): Promise<number> {
  const { rows } = await superuser.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
    `explain (analyze, timing off, format json) ${query}`,
  );
  const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
  if (plan === undefined) throw new Error('no plan');
  return walked(plan);
}

test('the lanes that wait are joined with their open tasks lane by lane', async () => {
  const waiting = `select distinct server_id, lane from muster.operations_tasks where state = 'requested'`;
  const walkedRows = await walkedFor(
    `with wanted as (${waiting}) select t.task_id from wanted cross join lateral ${openTasksIn('wanted')} t`,
  );
  // 1,000 requested, 500 lanes, 1,500 open, each seen by a few nodes; every lane against every task would be 750,000.
  expect(walkedRows).toBeGreaterThan(3 * SERVERS);
  expect(walkedRows).toBeLessThan(30 * SERVERS);
});

test('what was released before a task is looked for in its own lane', async () => {
  const walkedRows = await walkedFor(
    `select t.task_id, array(select e.task_id from ${openTasksIn('t')} e where e.seq < t.seq and e.state = 'released')
     from muster.operations_tasks t where t.state = 'released'`,
  );
  expect(walkedRows).toBeGreaterThan(SERVERS);
  expect(walkedRows).toBeLessThan(30 * SERVERS);
});
