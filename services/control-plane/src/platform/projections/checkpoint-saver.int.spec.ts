// Checkpoints of those that found nothing, on a real PostgreSQL.
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../../../../test/support/postgres.ts';
import { CheckpointSaver } from './checkpoint-saver.ts';
import { CheckpointMoved } from './checkpoints.ts';

let database: TestDatabase;
let pool: pg.Pool;
let statements = 0;
let saver: CheckpointSaver;
beforeAll(async () => {
  database = await createDatabase();
  pool = new pg.Pool({ connectionString: database.urlAs('muster_worker'), max: 3 });
  await pool.query(
    `insert into es.subscriptions (name, version, position) values ('one', 1, 5), ('two', 1, 5), ('stale', 1, 7), ('held', 1, 5)`,
  );
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }), log: () => void (statements += 1) });
  saver = new CheckpointSaver(db);
});
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

const move = (name: string) => saver.move({ name, version: 1 }, 5, 9);

test('moves together what was asked in the same moment, and nothing that somebody else moved or holds', async () => {
  const other = await pool.connect();
  await other.query('begin');
  await other.query(`select from es.subscriptions where name = 'held' for update`);
  const ends = await Promise.allSettled(['one', 'two', 'stale', 'held', 'unknown'].map(move));
  await other.query('rollback');
  other.release();
  expect(ends.map((end) => (end.status === 'fulfilled' ? 'moved' : (end.reason as Error).name))).toEqual([
    'moved',
    'moved',
    CheckpointMoved.name,
    CheckpointMoved.name,
    CheckpointMoved.name,
  ]);
  expect(statements).toBe(1);
  const { rows } = await pool.query<{ at: string }>(
    `select name || ' ' || position as at from es.subscriptions order by 1`,
  );
  expect(rows.map(({ at }) => at)).toEqual(['held 5', 'one 9', 'stale 7', 'two 9']);
  // Only for its own transaction: the next one on this connection waits for the disk again.
  const { rows: settings } = await pool.query<{ value: string }>(
    `select current_setting('synchronous_commit') as value`,
  );
  expect(settings).toEqual([{ value: 'on' }]);
});

test('says so to everybody when the database is away', async () => {
  const away = new CheckpointSaver(
    new Kysely<unknown>({
      dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/none' }) }),
    }),
  );
  const ends = await Promise.allSettled([1, 2].map((version) => away.move({ name: 'one', version }, 5, 9)));
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
