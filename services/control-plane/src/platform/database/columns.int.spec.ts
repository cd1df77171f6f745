// What PostgreSQL makes of binary arrays is what it makes of the same values as text.
import { sql, type RawBuilder } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../../../../test/support/postgres.ts';
import { bigints, booleans, insertColumns, texts, timestamps, uuids, type Column } from './columns.ts';
import { connect, type ProcessConnection } from './database.ts';

let database: TestDatabase;
let superuser: ProcessConnection;

beforeAll(async () => {
  database = await createDatabase();
  superuser = connect(database.url, 'test', 1);
});
afterAll(async () => {
  await superuser?.pool.end();
  await database?.drop();
});

async function equal(column: Column, asText: RawBuilder<unknown>): Promise<boolean | undefined> {
  const { rows } = await sql<{ equal: boolean }>`select ${column} is not distinct from ${asText} as equal`.execute(
    superuser.db,
  );
  return rows[0]?.equal;
}

const [small, large] = ['0190b5e2-7a10-7000-8000-00000000b001', 'FFFFFFFF-ffff-4fff-bfff-ffffffffffff'];
const instants = [
  '1969-12-31T23:59:59.999Z',
  '1999-12-31T23:59:59.001Z',
  '2026-11-22T01:02:03.456Z',
  '9999-12-31T00:00:00Z',
];

test.each([
  [
    'bigints',
    bigints([0, -1, 2 ** 32, -(2 ** 40) - 1, 2 ** 53 - 1, null]),
    sql.raw(`'{0,-1,4294967296,-1099511627777,9007199254740991,NULL}'::bigint[]`),
  ],
  ['booleans', booleans([true, false, null]), sql.raw(`'{t,f,NULL}'::boolean[]`)],
  [
    'texts',
    texts(['', 'NULL', 'a"b\\c,{}', 'grün 🙂', null]),
    sql.raw(String.raw`array['', 'NULL', 'a"b\c,{}', 'grün 🙂', null]`),
  ],
  [
    'timestamps',
    timestamps(instants.map((at) => new Date(at))),
    sql.raw(`array['${instants.join(`','`)}']::timestamptz[]`),
  ],
  ['uuids', uuids([small, large, null]), sql.raw(`'{${small},${large},NULL}'::uuid[]`)],
  ['only what is missing', uuids([null, null]), sql.raw(`'{NULL,NULL}'::uuid[]`)],
  ['nothing', bigints([]), sql.raw(`'{}'::bigint[]`)],
])('%s arrive as they are', async (_name, column, asText) => {
  expect(await equal(column, asText)).toBe(true);
});

test('what is no such value is refused here', () => {
  expect(() => bigints([0.5])).toThrow(RangeError);
  expect(() => timestamps([new Date(Number.NaN)])).toThrow(RangeError);
  for (const text of [
    '',
    small.slice(1),
    `${small}0`,
    small.replaceAll('-', '0'),
    small.replace('b', 'g'),
    small.replace('b', 'ä'),
  ]) {
    expect(() => uuids([text]), text).toThrow(TypeError);
  }
});

test('rows are written column by column', async () => {
  await sql`create table muster.test_rows (n bigint primary key, name text, id uuid)`.execute(superuser.db);
  const rows = { n: bigints([2, 1]), name: texts(['two', null]), id: uuids([null, small]) };
  await insertColumns('muster.test_rows', rows).execute(superuser.db);
  await sql`${insertColumns('muster.test_rows', rows)} on conflict do nothing`.execute(superuser.db);
  const written = await sql`select * from muster.test_rows order by n`.execute(superuser.db);
  expect(written.rows).toEqual([
    { n: 1, name: null, id: small },
    { n: 2, name: 'two', id: null },
  ]);
});
