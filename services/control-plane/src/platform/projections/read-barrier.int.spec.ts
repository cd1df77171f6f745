// Which read models a command waits for, on a real PostgreSQL: those that this release shows and that somebody follows.
import { DEFAULT_TENANT } from '@muster/kernel/ids';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../../../../test/support/postgres.ts';
import { InProcessHintBus } from '../event-store/index.ts';
import { ReadBarrier, type ReadModelKey } from './read-barrier.ts';

const LAST = 9;
/** Long enough for many looks, shorter than what a command waits. */
const A_WHILE_MS = 150;
const PAGES: ReadModelKey = { name: 'read-model/pages', version: 1 };
const PAGES_ANEW: ReadModelKey = { name: 'read-model/pages', version: 2 };

let database: TestDatabase;
let superuser: pg.Pool;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createDatabase();
  superuser = new pg.Pool({ connectionString: database.url, max: 2 });
  pool = new pg.Pool({ connectionString: database.urlAs('muster_app'), max: 4 });
  // Up to position 5 the log is of an hour ago, from there on of this moment.
  await superuser.query(
    `insert into es.ledger (position, event_id, recorded_at, tenant_id, stream_id, stream_version, event_type, leaf_hash)
     select n, gen_random_uuid(), now() - case when n <= 5 then interval '1 hour' else '0' end, $1, 'past', n + 1, 't.A',
       sha256(convert_to(n::text, 'UTF8'))
     from generate_series(0, $2::int) n`,
    [DEFAULT_TENANT, LAST],
  );
  await superuser.query('update es.log_state set size = $1', [LAST + 1]);
});
afterAll(async () => {
  await pool?.end();
  await superuser?.end();
  await database?.drop();
});
beforeEach(() => superuser.query('truncate es.subscriptions'));

const barrierOver = (...shown: ReadModelKey[]): ReadBarrier =>
  new ReadBarrier({ pool, db: new Kysely({ dialect: new PostgresDialect({ pool }) }) }, new InProcessHintBus(), shown);

/** `silentFor`: an interval of PostgreSQL since its worker last said how far it is. */
async function standsAt({ name, version }: { name: string; version: number }, position: number, silentFor = '0') {
  await superuser.query(
    `insert into es.subscriptions (name, version, position, updated_at)
     values ($1, $2, $3, clock_timestamp() - $4::interval)
     on conflict (name, version) do update set position = excluded.position, updated_at = excluded.updated_at`,
    [name, version, position, silentFor],
  );
}

describe('after an upgrade', () => {
  test('neither the version before nor a read model that is no more is waited for', async () => {
    await standsAt(PAGES_ANEW, LAST);
    await standsAt(PAGES, 8);
    await standsAt({ name: 'read-model/gone', version: 1 }, 3);
    const barrier = barrierOver(PAGES_ANEW);
    expect(await barrier.reached(LAST, A_WHILE_MS)).toBe(true);
    expect(await barrier.reached(LAST + 1, A_WHILE_MS)).toBe(false);
  });

  test('each of two releases waits for its own version of a read model', async () => {
    const [before, after] = [barrierOver(PAGES), barrierOver(PAGES_ANEW)];
    await standsAt(PAGES, LAST);
    await standsAt(PAGES_ANEW, 2);
    expect(await before.reached(LAST, A_WHILE_MS)).toBe(true);
    expect(await after.reached(LAST, A_WHILE_MS)).toBe(false);
    await standsAt(PAGES_ANEW, LAST);
    await standsAt(PAGES, 8);
    expect(await before.reached(LAST, A_WHILE_MS)).toBe(false);
    expect(await after.reached(LAST, A_WHILE_MS)).toBe(true);
  });
});

describe('a read model of this release', () => {
  test('is not waited for when nobody follows it', async () => {
    await standsAt(PAGES, 4, '1 minute');
    expect(await barrierOver(PAGES).reached(LAST, A_WHILE_MS)).toBe(true);
  });

  test('is waited for when it was silent because nothing happened', async () => {
    await standsAt(PAGES, 5, '1 hour');
    expect(await barrierOver(PAGES).reached(LAST, A_WHILE_MS)).toBe(false);
  });

  test('is waited for while it moves, however old what it still has to read is', async () => {
    await standsAt(PAGES, 1);
    expect(await barrierOver(PAGES).reached(LAST, A_WHILE_MS)).toBe(false);
  });

  test('holds up nobody while no worker has begun it yet', async () => {
    expect(await barrierOver(PAGES).reached(LAST, A_WHILE_MS)).toBe(true);
  });
});
