// The promise every integration spec leans on: a database of its own, on a real server.
import { afterAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { createDatabase, type TestDatabase } from './postgres.ts';

describe('a database for a test', () => {
  const databases: TestDatabase[] = [];
  afterAll(async () => {
    for (const database of databases) await database.drop();
  });

  it('is its own: what one file writes, another does not see', async () => {
    const first = await createDatabase({ migrated: false });
    const second = await createDatabase({ migrated: false });
    databases.push(first, second);
    await query(first.url, 'CREATE TABLE mark (id int)');
    expect(await query(first.url, "SELECT to_regclass('mark') IS NOT NULL AS there")).toEqual([{ there: true }]);
    expect(await query(second.url, "SELECT to_regclass('mark') IS NOT NULL AS there")).toEqual([{ there: false }]);
  });

  it('is gone after drop, even while a connection is open', async () => {
    const database = await createDatabase({ migrated: false });
    const open = new pg.Client({ connectionString: database.url });
    open.on('error', () => undefined);
    await open.connect();
    await database.drop();
    await expect(query(database.url, 'SELECT 1')).rejects.toThrow(/does not exist/);
  });

  it('is migrated unless told otherwise, and each role signs in as itself', async () => {
    const database = await createDatabase();
    databases.push(database);
    const [row] = await query(
      database.urlAs('muster_app'),
      "SELECT current_user AS me, to_regnamespace('es')::text AS es",
    );
    expect(row).toEqual({ me: 'muster_app', es: 'es' });
  });

  it('runs on PostgreSQL 15 or newer', async () => {
    const database = await createDatabase({ migrated: false });
    databases.push(database);
    const [row] = await query(database.url, "SELECT current_setting('server_version_num')::int AS version");
    expect(row?.['version']).toBeGreaterThanOrEqual(150_000);
  });
});

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
