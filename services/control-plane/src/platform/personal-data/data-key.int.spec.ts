// The processes of a first start ask for the data key at the same moment: one makes it, and all hold the same.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../../../../../test/support/postgres.ts';
import { openMasterKey, WrappingKey } from './data-key.ts';

const PROCESSES = 8;
let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: PROCESSES });
  pool.on('error', () => undefined);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

it('is made once by whoever comes first, and the others take it', async () => {
  for (let round = 0; round < 10; round += 1) {
    await pool.query('delete from vault.data_keys');
    const key = new WrappingKey(randomBytes(32).toString('base64'), 'a spec');
    const opened = await Promise.all(Array.from({ length: PROCESSES }, () => openMasterKey(pool, key)));
    expect(opened).toHaveLength(PROCESSES);
    const { rows } = await pool.query<{ id: string }>('select wrapping_key as id from vault.data_keys');
    expect(rows).toEqual([{ id: key.id }]);
  }
});

it('is not made again under another key', async () => {
  const stranger = new WrappingKey(randomBytes(32).toString('base64'), 'a spec');
  await expect(openMasterKey(pool, stranger)).rejects.toThrow(/under another key/);
});
