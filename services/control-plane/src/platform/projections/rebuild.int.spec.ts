// Subscriptions that are far behind: large batches, read ahead and made ready beforehand, and still each event once, in
// order, with the checkpoint.
import { DEFAULT_TENANT } from '@muster/kernel/ids';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../../../../test/support/postgres.ts';
import { EventStore, InProcessHintBus, LogTail } from '../event-store/index.ts';
import { Projections, type Subscription } from './index.ts';
import { READ_MODEL } from './read-barrier.ts';

const EVENTS = 13_000;
const LAST = EVENTS - 1;
const LARGE = 4000;

let database: TestDatabase;
let superuser: pg.Pool;
let pool: pg.Pool;
let tail: LogTail;
let store: EventStore;
let running: Projections[] = [];

beforeAll(async () => {
  database = await createDatabase();
  superuser = new pg.Pool({ connectionString: database.url, max: 2 });
  await superuser.query(`
    create table muster.test_seen (subscription text, position bigint, at bigserial);
    grant all on muster.test_seen to muster_worker; grant all on all sequences in schema muster to muster_worker`);
  await writeLog(EVENTS);
});
afterAll(async () => {
  await superuser?.end();
  await database?.drop();
});
beforeEach(() => {
  pool = new pg.Pool({ connectionString: database.urlAs('muster_worker'), max: 10 });
  tail = new LogTail(pool, new InProcessHintBus());
  store = new EventStore({ pool, hints: new InProcessHintBus(), tail });
});
afterEach(async () => {
  await Promise.all(running.map((projections) => projections.stop()));
  running = [];
  await tail.stop();
  await pool.end();
});

/** As if they had been appended and sequenced; of types t.0 to t.6 in turn. */
async function writeLog(events: number): Promise<void> {
  const meta = JSON.stringify({ v: 1, actor: 'test', actorKind: 'system', software: 'test', tenant: DEFAULT_TENANT });
  await superuser.query(
    `with log as (
       select n, gen_random_uuid() as id, now() - interval '1 hour' + n * interval '1 ms' as at from generate_series(0, $1::int - 1) n
     ), stored as (
       insert into es.events (event_id, tenant_id, stream_id, stream_version, event_type, schema_version, body, meta, recorded_at)
       select id, $2, 'past', n + 1, 't.' || n % 7, 1, convert_to('{"n":' || n || '}', 'UTF8'), convert_to($3, 'UTF8'), at from log
     ), sequenced as (
       insert into es.ledger (position, event_id, recorded_at, tenant_id, stream_id, stream_version, event_type, leaf_hash)
       select n, id, at, $2, 'past', n + 1, 't.' || n % 7, sha256(convert_to(n::text, 'UTF8')) from log
     )
     update es.log_state set size = $1`,
    [events, DEFAULT_TENANT, meta],
  );
}

function start(...subscriptions: Subscription[]): Projections {
  const silent = (): void => undefined;
  const projections = new Projections({ pool, store, tail, log: { warn: silent, error: silent } });
  projections.start(subscriptions);
  running.push(projections);
  return projections;
}

function recorder(name: string, overrides: Partial<Subscription> = {}): Subscription {
  return {
    name,
    version: 1,
    types: 'all',
    from: 'beginning',
    async handle(trx, events) {
      await sql`insert into muster.test_seen
        select ${name}, unnest(${events.map(({ position }) => position)}::bigint[])`.execute(trx);
    },
    ...overrides,
  };
}

async function seenBy(name: string): Promise<number[]> {
  const { rows } = await superuser.query('select position from muster.test_seen where subscription = $1 order by at', [
    name,
  ]);
  return rows.map((row) => Number(row.position));
}

const positions = (to: number, step = 1): number[] =>
  Array.from({ length: Math.ceil((to + 1) / step) }, (_, place) => place * step);

describe('a read model that is far behind', () => {
  test('gets every event once and in order, in large batches, made ready beforehand', async () => {
    const name = `${READ_MODEL}far`;
    const batches: { size: number; prepared: boolean }[] = [];
    const plain = recorder(name);
    const projections = start({
      ...plain,
      prepare: (events) => events.map(({ data }) => data['n']),
      async handle(trx, events, prepared) {
        batches.push({ size: events.length, prepared: prepared !== undefined });
        if (prepared !== undefined) expect(prepared).toEqual(events.map(({ position }) => position));
        await plain.handle(trx, events);
      },
    });
    expect(await projections.hasHandled(name, 1, LAST, 20_000)).toBe(true);
    expect(await seenBy(name)).toEqual(positions(LAST));
    // The first is waited for; what is left at the end is read when it is needed.
    expect(batches.slice(0, 3)).toEqual([
      { size: LARGE, prepared: false },
      { size: LARGE, prepared: true },
      { size: LARGE, prepared: true },
    ]);
    expect(batches.slice(3).every(({ prepared }) => !prepared)).toBe(true);
  });

  test('takes its types only', async () => {
    const name = `${READ_MODEL}choosy`;
    const projections = start(recorder(name, { types: ['t.0'] }));
    expect(await projections.hasHandled(name, 1, LAST, 20_000)).toBe(true);
    expect(await seenBy(name)).toEqual(positions(LAST, 7));
  });

  test('gets every event once, with a second worker beside it', async () => {
    const name = `${READ_MODEL}twins`;
    const projections = start(recorder(name));
    start(recorder(name));
    expect(await projections.hasHandled(name, 1, LAST, 20_000)).toBe(true);
    expect(await seenBy(name)).toEqual(positions(LAST));
  });

  test('stops at an event that nothing can be made of, with all before it handled, and goes on when mended', async () => {
    const name = `${READ_MODEL}poisoned`;
    const bad = LARGE + 17;
    let mended = false;
    const plain = recorder(name);
    const prepare: Subscription['prepare'] = (events) => {
      if (!mended && events.some(({ position }) => position === bad)) throw new Error('cannot read this');
      return events.length;
    };
    const projections = start({
      ...plain,
      prepare,
      async handle(trx, events, prepared = prepare(events)) {
        expect(prepared).toBe(events.length);
        await plain.handle(trx, events);
      },
    });
    await expect
      .poll(async () => (await projections.states()).find((state) => state.name === name), { timeout: 40_000 })
      .toMatchObject({
        status: 'paused',
        position: bad - 1,
        failedPosition: bad,
        failure: expect.stringContaining('cannot read this'),
      });
    expect(await seenBy(name)).toEqual(positions(bad - 1));
    mended = true;
    expect(await projections.resume(name, 1)).toBe(true);
    expect(await projections.hasHandled(name, 1, LAST, 20_000)).toBe(true);
    expect(await seenBy(name)).toEqual(positions(LAST));
  });
});
