// The event store on a real PostgreSQL: every verdict, and that one item's refusal never touches its neighbours.
import { randomUUID } from 'node:crypto';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../../../../test/support/postgres.ts';
import { APPEND_GROUP, groupArguments } from './append-group.ts';
import { EventStore, InProcessHintBus, LogTail, Upcasters, type Append, type InlineProjection } from './index.ts';

let database: TestDatabase;
let pool: pg.Pool;
let sequencer: pg.Pool;
let superuser: pg.Pool;
let hints: InProcessHintBus;
let tail: LogTail;
let store: EventStore;

const refused: InlineProjection = {
  types: ['test.Refused'],
  apply: async (trx) => void (await sql`select 1 / 0`.execute(trx)),
};
const seenInline: string[] = [];
const noted: InlineProjection = {
  types: ['test.Noted'],
  apply: async (_trx, events) =>
    void seenInline.push(...events.map((event) => `${event.streamId}@${event.streamVersion}`)),
};

beforeAll(async () => {
  database = await createDatabase();
  pool = new pg.Pool({ connectionString: database.urlAs('muster_worker'), max: 6 });
  sequencer = new pg.Pool({ connectionString: database.urlAs('muster_sequencer'), max: 1 });
  superuser = new pg.Pool({ connectionString: database.url, max: 1 });
  hints = new InProcessHintBus();
  tail = new LogTail(pool, hints);
  store = new EventStore({
    pool,
    hints,
    tail,
    inline: [refused, noted],
    upcasters: new Upcasters().register('test.Renamed', 1, ({ old }) => ({ fresh: old })),
  });
});

afterAll(async () => {
  await tail?.stop();
  await Promise.all([pool?.end(), sequencer?.end(), superuser?.end()]);
  await database?.drop();
});

function append(overrides: Partial<Append> = {}): Append {
  return {
    commandId: newId(),
    actor: 'person:test',
    requestHash: sha256(canonicalBytes({ say: 'hello' })),
    tenantId: DEFAULT_TENANT,
    streamId: `test-${newId()}`,
    streamType: 'test',
    expectedVersion: 'new',
    events: [{ type: 'test.Happened', version: 1, data: { zebra: 1, ant: 'é', nested: { b: [1, 2.5], a: null } } }],
    meta: {
      v: 1,
      actor: 'person:test',
      actorKind: 'person',
      software: 'test',
      correlation: randomUUID(),
      tenant: DEFAULT_TENANT,
    },
    ...overrides,
  };
}

const sequence = async (): Promise<void> => void (await sequencer.query('select * from es.sequence_pending(1000)'));

describe('append', () => {
  test('stores the exact canonical bytes and reads them back', async () => {
    const given = append();
    const done = await store.append(given);
    expect(done).toMatchObject({ streamId: given.streamId, fromVersion: 1, toVersion: 1, replayed: false });
    const [event] = await store.readStream(given.streamId);
    expect(event).toMatchObject({
      eventId: done.eventIds[0],
      type: 'test.Happened',
      version: 1,
      data: given.events[0]?.data,
      meta: given.meta,
    });
    const { rows } = await superuser.query('select body from es.events where event_id = $1', [done.eventIds[0]]);
    expect(rows[0].body.toString()).toBe('{"ant":"é","nested":{"a":null,"b":[1,2.5]},"zebra":1}');
  });

  test('a repeated command is a replay and answers with the first one’s events, also for another new stream', async () => {
    const given = append({
      events: [
        { type: 'test.A', version: 1, data: {} },
        { type: 'test.B', version: 1, data: {} },
      ],
    });
    const first = await store.append(given);
    const again = await store.append({ ...given, streamId: `test-${newId()}` });
    expect(again).toEqual({ ...first, replayed: true });
    expect((await store.readStream(given.streamId)).map((event) => event.type)).toEqual(['test.A', 'test.B']);
  });

  test('the same command id with another request is refused; by another actor it is another command', async () => {
    const given = append();
    await store.append(given);
    const other = { ...given, streamId: `test-${newId()}`, requestHash: sha256(canonicalBytes({ say: 'bye' })) };
    await expect(store.append(other)).rejects.toMatchObject({ name: 'CommandReused', commandId: given.commandId });
    await expect(store.append({ ...other, actor: 'person:other' })).resolves.toMatchObject({ replayed: false });
  });

  test('expected versions: a stale one conflicts, “any” goes on, “new” twice conflicts', async () => {
    const given = append();
    const on = (expectedVersion: Append['expectedVersion']): Append => ({
      ...append({ expectedVersion }),
      streamId: given.streamId,
    });
    await store.append(given);
    await expect(store.append(on('new'))).rejects.toMatchObject({ name: 'ConcurrencyConflict', actualVersion: 1 });
    await expect(store.append(on(1))).resolves.toMatchObject({ fromVersion: 2 });
    await expect(store.append(on(1))).rejects.toMatchObject({ name: 'ConcurrencyConflict', actualVersion: 2 });
    await expect(store.append(on('any'))).resolves.toMatchObject({ fromVersion: 3, toVersion: 3 });
  });

  test('another tenant’s stream is a conflict, not a way in', async () => {
    const given = append();
    await store.append(given);
    const foreign = append({ tenantId: newId(), expectedVersion: 'any', streamId: given.streamId });
    await expect(store.append(foreign)).rejects.toMatchObject({ name: 'ConcurrencyConflict' });
  });

  test('an empty append is an error', async () => {
    await expect(store.append(append({ events: [] }))).rejects.toMatchObject({ name: 'EmptyAppend' });
  });

  test('a reservation belongs to one stream until it is released', async () => {
    const name = { namespace: 'server name', key: `web-${newId()}` };
    const first = append({ reserve: [name] });
    await store.append(first);
    await expect(store.append(append({ reserve: [name] }))).rejects.toMatchObject({
      name: 'AlreadyTaken',
      keys: [name.key],
    });
    await store.append(append({ streamId: first.streamId, expectedVersion: 1, release: [name] }));
    await expect(store.append(append({ reserve: [name] }))).resolves.toMatchObject({ fromVersion: 1 });
  });

  test('of a crowd that wants the same stream, command and name at once, exactly one wins each', async () => {
    const key = newId();
    const shared = append();
    const results = await Promise.allSettled([
      ...Array.from({ length: 20 }, () => store.append(append({ reserve: [{ namespace: 'name', key }] }))),
      ...Array.from({ length: 20 }, () => store.append(shared)),
      ...Array.from({ length: 20 }, () => store.append({ ...append(), streamId: `test-contested-${key}` })),
    ]);
    const counted = (slice: PromiseSettledResult<{ replayed: boolean }>[]) =>
      slice.filter((result) => result.status === 'fulfilled' && !result.value.replayed).length;
    expect(counted(results.slice(0, 20))).toBe(1);
    expect(counted(results.slice(20, 40))).toBe(1);
    expect(results.slice(20, 40).every((result) => result.status === 'fulfilled')).toBe(true);
    expect(counted(results.slice(40))).toBe(1);
  });

  test('a neighbour that the database refuses, or whose inline projection fails, fails alone', async () => {
    const good = Array.from({ length: 8 }, () => append({ events: [{ type: 'test.Noted', version: 1, data: {} }] }));
    const bad = [
      append({ tenantId: 'not-a-uuid' }),
      append({ events: [{ type: 'test.Refused', version: 1, data: {} }] }),
    ];
    const results = await Promise.allSettled(
      [...good.slice(0, 4), ...bad, ...good.slice(4)].map((item) => store.append(item)),
    );
    expect(results.map((result) => result.status)).toEqual([
      ...Array(4).fill('fulfilled'),
      'rejected',
      'rejected',
      ...Array(4).fill('fulfilled'),
    ]);
    expect(await store.readStream(bad[1]?.streamId ?? '')).toEqual([]);
    expect(new Set(seenInline)).toEqual(new Set(good.map((item) => `${item.streamId}@1`)));
  });

  test('text that PostgreSQL cannot hold is refused before it gets there', async () => {
    for (const text of ['nul\0', '\ud800']) {
      await expect(async () =>
        store.append(append({ events: [{ type: 'test.X', version: 1, data: { text } }] })),
      ).rejects.toThrow();
    }
    const given = append({
      events: [{ type: 'test.X', version: 1, data: { text: 'a literal \\u0000 is fine, 😀 too' } }],
    });
    await expect(store.append(given)).resolves.toBeDefined();
  });

  test('refuses to be anything but the first write of its transaction', async () => {
    const client = await superuser.connect();
    await client.query('begin');
    await client.query('create table public.written_before (a int)');
    await expect(client.query(APPEND_GROUP, [...groupArguments([])])).rejects.toMatchObject({ code: 'ES412' });
    await client.query('rollback');
    client.release();
  });
});

describe('reading', () => {
  test('positions are dense and in order, and positionOf waits for them', async () => {
    const given = append();
    const { eventIds } = await store.append(given);
    const waiting = store.positionOf(eventIds[0] ?? '', 2_000);
    expect(await store.positionOf(newId(), 20)).toBeNull();
    await sequence();
    const position = await waiting;
    expect(position).not.toBeNull();
    const all = await store.readAll(0, { limit: 10_000 });
    expect(all.map((event) => event.position)).toEqual(all.map((_, index) => index));
    expect(all.at(position ?? -1)?.eventId).toBe(eventIds[0]);
  });

  test('content comes back as it was appended, numbers and characters of every plane', async () => {
    const data = {
      numbers: [0, -1, 0.1, 1e21, 5e-324, 2 ** 53 - 1, 1.7976931348623157e308],
      text: 'grün \ufeff 日本 😀 " \\ \\u0000 \u007f\u0080 \u2028\t\n',
      ключ: { empty: {}, none: [], nothing: null, yes: true },
    };
    const given = append({ events: [{ type: 'test.Content', version: 1, data }] });
    await store.append(given);
    await sequence();
    expect((await store.readStream(given.streamId))[0]?.data).toEqual(data);
    expect((await store.readStreams(new Map([[given.streamId, 1]])))[0]?.data).toEqual(data);
    const sequenced = (await store.readAll(0, { limit: 10_000 })).find(({ streamId }) => streamId === given.streamId);
    expect(sequenced).toMatchObject({ data, meta: given.meta });
  });

  test('bytes that are no text are an error, and no text that was never written', async () => {
    const streamId = `test-${newId()}`;
    await superuser.query(
      `insert into es.events (event_id, tenant_id, stream_id, stream_version, event_type, schema_version, body, meta, recorded_at)
       values ($1, $2, $3, 1, 'test.Edited', 1, '\\x7b2261223a22ff227d', '{}', now())`,
      [newId(), DEFAULT_TENANT, streamId],
    );
    await expect(store.readStream(streamId)).rejects.toThrow(/invalid byte sequence/);
  });

  test('a stretch of the log ends at its window or its limit, and holds the types that were asked for', async () => {
    const first = (await store.readAll(0, { limit: 10_000 })).length;
    for (const type of ['test.X', 'test.Y', 'test.X', 'test.Y', 'test.X'])
      await store.append(append({ events: [{ type, version: 1, data: {} }] }));
    await sequence();
    const positions = async (...asked: Parameters<EventStore['readAll']>): Promise<number[]> =>
      (await store.readAll(...asked)).map(({ position }) => position - first);
    expect(await positions(first)).toEqual([0, 1, 2, 3, 4]);
    expect(await positions(first, { window: 3 })).toEqual([0, 1, 2]);
    expect(await positions(first, { window: 3, limit: 2 })).toEqual([0, 1]);
    expect(await positions(first, { window: 3, types: ['test.Y'] })).toEqual([1]);
    expect(await positions(first, { window: 4, limit: 1, types: ['test.Y'] })).toEqual([1]);
    expect(await positions(first, { limit: 2, types: ['test.X'] })).toEqual([0, 2]);
    expect(await positions(first, { types: ['test.Z'] })).toEqual([]);
    expect(await positions(first + 5)).toEqual([]);
  });

  test('what an older release stored is upcast', async () => {
    const given = append({ events: [{ type: 'test.Renamed', version: 1, data: { old: 'x' } }] });
    await store.append(given);
    expect((await store.readStream(given.streamId))[0]).toMatchObject({ version: 2, data: { fresh: 'x' } });
  });
});
