// Subscriptions on a real PostgreSQL: each event once, in order, with the checkpoint; a poison event stops one
// subscription and no other.
import { randomUUID } from 'node:crypto';
import { sha256 } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, derivedId, newId } from '@muster/kernel/ids';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../../../../test/support/postgres.ts';
import { EventStore, InProcessHintBus, LogTail, type Append } from '../event-store/index.ts';
import { Projections, type Subscription } from './index.ts';
import { AWAITED, ReadBarrier, READ_MODEL } from './read-barrier.ts';

let database: TestDatabase;
let pool: pg.Pool;
let superuser: pg.Pool;
let tail: LogTail;
let store: EventStore;
let running: Projections[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  database = await createDatabase();
  superuser = new pg.Pool({ connectionString: database.url, max: 2 });
  await superuser.query('create table muster.test_seen (subscription text, position bigint, type text, at bigserial)');
  await superuser.query(
    'grant all on muster.test_seen to muster_worker; grant all on all sequences in schema muster to muster_worker',
  );
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

function start(...subscriptions: Subscription[]): Projections {
  const say = (_fields: object, message: string): void => void complaints.push(message);
  const projections = new Projections({ pool, store, tail, log: { warn: say, error: say } });
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
      for (const event of events) {
        await sql`insert into muster.test_seen values (${name}, ${event.position}, ${event.type})`.execute(trx);
      }
    },
    ...overrides,
  };
}

async function happen(...types: string[]): Promise<number> {
  const append = (type: string): Append => ({
    commandId: newId(),
    actor: 'test',
    requestHash: sha256(new Uint8Array()),
    tenantId: DEFAULT_TENANT,
    streamId: newId(),
    streamType: 'test',
    expectedVersion: 'new',
    events: [{ type, version: 1, data: {} }],
    meta: {
      v: 1,
      actor: 'test',
      actorKind: 'system',
      software: 'test',
      correlation: randomUUID(),
      tenant: DEFAULT_TENANT,
    },
  });
  for (const type of types) await store.append(append(type));
  await superuser.query('select es.sequence_pending(10000)');
  return (await tail.refresh()) - 1;
}

async function seenBy(name: string): Promise<{ position: string; type: string }[]> {
  const { rows } = await superuser.query(
    'select position, type from muster.test_seen where subscription = $1 order by at',
    [name],
  );
  return rows;
}

describe('a subscription', () => {
  test('gets every event once and in order, also with a second worker beside it', async () => {
    await happen('t.A', 't.B', 't.A');
    const projections = start(recorder('twins', { batch: 2 }));
    start(recorder('twins', { batch: 2 }));
    let last = 0;
    for (let round = 0; round < 10; round++) last = await happen('t.A', 't.B');
    expect(await projections.hasHandled('twins', 1, last, 10_000)).toBe(true);
    expect((await seenBy('twins')).map((row) => Number(row.position))).toEqual(
      Array.from({ length: last + 1 }, (_, i) => i),
    );
  });

  test('takes its types only, yet its checkpoint follows the whole log', async () => {
    const last = await happen('t.Wanted', 't.Other', 't.Wanted', 't.Other');
    const projections = start(recorder('choosy', { types: ['t.Wanted'] }));
    expect(await projections.hasHandled('choosy', 1, last, 5_000)).toBe(true);
    expect((await seenBy('choosy')).map((row) => row.type)).toEqual(['t.Wanted', 't.Wanted']);
  });

  test('that has nothing to do keeps no reader waiting, also while the log never rests', async () => {
    const hints = new InProcessHintBus();
    const projections = start(recorder(`${READ_MODEL}idle`, { types: ['t.Never'] }));
    hints.subscribe(AWAITED, (payload) => projections.hurry((payload as { position: number }).position));
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    const barrier = new ReadBarrier({ pool, db }, hints, [{ name: `${READ_MODEL}idle`, version: 1 }]);
    await expect.poll(() => projections.hasHandled(`${READ_MODEL}idle`, 1, 0, 0)).toBe(true);
    let over = false;
    const noise = (async () => {
      while (!over) await happen('t.Noise');
    })();
    const shown: boolean[] = [];
    for (let round = 0; round < 4; round++) shown.push(await barrier.reached(await happen('t.Command'), 400));
    over = true;
    await noise;
    expect(shown).toEqual([true, true, true, true]);
  });

  test('is looked at once for all who wait in one process', async () => {
    const names = [`${READ_MODEL}idle`, `${READ_MODEL}shared`] as const;
    start(recorder(names[0]), recorder(names[1], { from: 'now' }));
    let looks = 0;
    const log = () => void (looks += 1);
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }), log });
    const shown = names.map((name) => ({ name, version: 1 }));
    const barrier = new ReadBarrier({ pool, db }, new InProcessHintBus(), shown);
    const last = await happen('t.Command', 't.Command');
    const waits = Array.from({ length: 100 }, (_, index) => barrier.reached(last - (index % 2), 5_000));
    const beyond = barrier.reached(last + 1, 300);
    expect(await Promise.all(waits)).toEqual(Array.from({ length: 100 }, () => true));
    expect(await beyond).toBe(false);
    expect(looks).toBeLessThan(100);
    // Nobody is left behind by a wait that ended.
    expect(await barrier.reached(last, 1_000)).toBe(true);
  });

  test('begins nothing that another worker has done already, because what a policy appends stays', async () => {
    const begun: number[] = [];
    const lagging = recorder('lagging', {
      handle: (_trx, events) => {
        begun.push(...events.map(({ position }) => position));
        return Promise.resolve();
      },
    });
    const projections = start({ ...lagging, from: 'now' });
    const first = await happen('t.First');
    await expect.poll(() => projections.hasHandled('lagging', 1, first, 0)).toBe(true);
    await superuser.query(`update es.subscriptions set position = position + 1 where name = 'lagging'`);
    await happen('t.DoneElsewhere');
    const third = await happen('t.Third');
    await expect.poll(() => projections.hasHandled('lagging', 1, third, 0), { timeout: 5000 }).toBe(true);
    expect(begun).toEqual([first, third]);
  });

  test('that begins now does not see the past', async () => {
    await happen('t.Past');
    const projections = start(recorder('from-now', { from: 'now' }));
    await expect.poll(async () => (await projections.states()).some((state) => state.name === 'from-now')).toBe(true);
    const last = await happen('t.Future');
    expect(await projections.hasHandled('from-now', 1, last, 5_000)).toBe(true);
    expect((await seenBy('from-now')).map((row) => row.type)).toEqual(['t.Future']);
  });

  test('stops at a poison event, visibly; what is before it is handled, others go on, and it resumes when mended', async () => {
    let mended = false;
    const poisoned = recorder('poisoned', { from: 'now' });
    const projections = start(
      {
        ...poisoned,
        async handle(trx, events) {
          if (!mended && events.some((event) => event.type === 't.Poison')) throw new Error('cannot read this');
          await poisoned.handle(trx, events);
        },
      },
      recorder('healthy', { from: 'now' }),
    );
    // What happens before it begins is not its own: those of earlier tests stand beside it.
    await expect
      .poll(async () => (await projections.states()).map(({ name }) => name))
      .toEqual(expect.arrayContaining(['poisoned', 'healthy']));
    const last = await happen('t.Before', 't.Poison', 't.After');
    expect(await projections.hasHandled('healthy', 1, last, 5_000)).toBe(true);
    await expect
      .poll(async () => (await projections.states()).find((state) => state.name === 'poisoned'), { timeout: 5_000 })
      .toMatchObject({
        status: 'paused',
        position: last - 2,
        failedPosition: last - 1,
        failure: expect.stringContaining('cannot read this'),
      });
    expect(complaints).toContain(
      'subscription paused: this event cannot be handled, and none after it will be until it is mended and resumed',
    );
    expect((await seenBy('poisoned')).map((row) => row.type)).toEqual(['t.Before']);
    mended = true;
    expect(await projections.resume('poisoned', 1)).toBe(true);
    expect(await projections.hasHandled('poisoned', 1, last, 10_000)).toBe(true);
    expect((await seenBy('poisoned')).map((row) => row.type)).toEqual(['t.Before', 't.Poison', 't.After']);
  });

  test('as a policy: an append made before a crash is a replay after it', async () => {
    const done: boolean[] = [];
    let crash = true;
    const projections = start({
      ...recorder('policy', { from: 'now', types: ['t.Trigger'] }),
      async handle(_trx, events) {
        for (const event of events) {
          const { replayed } = await store.append({
            commandId: derivedId('policy', event.eventId),
            actor: 'policy:test',
            requestHash: sha256(new Uint8Array()),
            tenantId: DEFAULT_TENANT,
            streamId: `reaction-${event.eventId}`,
            streamType: 'test',
            expectedVersion: 'new',
            events: [{ type: 't.Reaction', version: 1, data: {} }],
            meta: event.meta,
          });
          done.push(replayed);
        }
        if (crash) {
          crash = false;
          throw new Error('died between the append and the checkpoint');
        }
      },
    });
    await expect.poll(async () => (await projections.states()).some((state) => state.name === 'policy')).toBe(true);
    const last = await happen('t.Trigger');
    expect(await projections.hasHandled('policy', 1, last, 5_000)).toBe(true);
    expect(done).toEqual([false, true]);
  });
});
