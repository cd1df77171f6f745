// Migrations on a real PostgreSQL: twenty at once, and again on a database that is up to date.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../test/support/postgres.ts';
import { migrate } from './runner.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase({ migrated: false });
});
afterAll(() => database.drop());

test('twenty migrators at once: one does the work, all succeed', async () => {
  const results = await Promise.all(Array.from({ length: 20 }, () => migrate(database.url)));
  expect(results.filter((result) => result.applied.length > 0)).toHaveLength(1);
  expect(await migrate(database.url)).toEqual({ applied: [] });
});

test('partitions for this month and the next three exist, in months of UTC', async () => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query("set timezone = 'UTC'");
  const { rows } = await client.query(
    `select c.relname, pg_get_expr(c.relpartbound, c.oid) as bound from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'es.events'::regclass order by 1`,
  );
  await client.end();
  expect(rows).toHaveLength(4);
  expect(rows[0].bound).toMatch(/FROM \('\d{4}-\d\d-01 00:00:00\+00'\) TO \('\d{4}-\d\d-01 00:00:00\+00'\)/);
});

test('refuses an ordinary role with a sentence', async () => {
  await expect(migrate(database.urlAs('muster_app'))).rejects.toThrow(/need a superuser/);
});
