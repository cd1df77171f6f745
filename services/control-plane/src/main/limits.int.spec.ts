// Limits, met through real connections: whoever meets one is told so and what to do, and nobody else feels it.
import { once } from 'node:events';
import { connect, createServer, type Socket as Connection } from 'node:net';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '@muster/kernel/ids';
import { DeliveryTransport } from '../platform/queue/delivery-queue.ts';
import { RunningMuster, type Answer, type SignedIn } from './testing/running-muster.ts';

const fleet = { kind: 'fleet' } as const;

let muster: RunningMuster;
let owner: SignedIn;
let other: SignedIn;
let metricsPort = 0;

beforeAll(async () => {
  metricsPort = await freePort();
  muster = await RunningMuster.start({
    MUSTER_TRUSTED_PROXIES: '127.0.0.1',
    MUSTER_LIMIT_REQUESTS_PER_MINUTE_ADDRESS: '300',
    MUSTER_LIMIT_REQUESTS_PER_MINUTE_PERSON: '120',
    MUSTER_LIMIT_REQUESTS_PER_MINUTE_TOKEN: '5',
    MUSTER_LIMIT_REQUESTS_PER_PERSON: '3',
    MUSTER_LIMIT_EXPORT_ENTRIES: '5',
    MUSTER_LIMIT_EXPORTS: '1',
    MUSTER_LIMIT_CONNECTIONS_PER_ADDRESS: '4',
    MUSTER_LIMIT_SOCKETS_PER_SESSION: '3',
    MUSTER_LIMIT_LIVE_BACKLOG: '64',
    MUSTER_LIMIT_TOPICS_PER_MINUTE: '20000',
    MUSTER_METRICS_PORT: String(metricsPort),
  });
  owner = await muster.owner();
  other = await muster.person('Other', { role: 'operator', scope: fleet });
}, 60_000);
afterAll(() => muster.stop());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function token(): Promise<string> {
  const wish = { name: 'Fast program', may: [{ role: 'auditor', scope: fleet }], days: 1 };
  const { body } = await muster.call('POST', '/api/account/tokens', owner, wish);
  return String(body['token']);
}
const read = (bearer: string, from: string) =>
  muster.send('GET', '/api/servers', { authorization: `Bearer ${bearer}`, 'x-forwarded-for': from });

/** `"token";r=4;t=60` by its name. */
function standing({ headers }: Answer, name: string): { q: number; r: number; t: number } {
  const found = [
    ...(headers.get('ratelimit-policy') ?? '').split(', '),
    ...(headers.get('ratelimit') ?? '').split(', '),
  ]
    .filter((item) => item.startsWith(`"${name}"`))
    .flatMap((item) => [...item.matchAll(/;(\w)=(\d+)/g)].map(([, key = '', value]) => [key, Number(value)] as const));
  return { q: 0, r: 0, t: 0, ...Object.fromEntries(found) };
}

describe('the pace of a token', () => {
  test('is said with each answer, and one that is too fast is told when to go on', async () => {
    const [fast, calm] = [await token(), await token()];
    const answers: Answer[] = [];
    for (let request = 0; request < 6; request += 1) answers.push(await read(fast, '192.0.2.1'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(answers.map((answer) => standing(answer, 'token').r)).toEqual([4, 3, 2, 1, 0, 0]);
    const [first, last] = [answers[0], answers.at(-1)];
    if (!first || !last) throw new Error('nothing was answered');
    expect(standing(first, 'token')).toMatchObject({ q: 5, t: 60 });
    expect(standing(first, 'address')).toMatchObject({ q: 300, r: 299 });
    expect(first.headers.get('ratelimit-policy')).toBe('"address";q=300;w=60, "token";q=5;w=60');
    const wait = Number(last.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(50);
    expect(wait).toBeLessThanOrEqual(60);
    expect(last.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(last.body).toMatchObject({ status: 429, code: 'rate-limit' });
    expect(last.body['detail']).toMatch(/^More than 5 requests in a minute came with this token\. Go on in \d+ s$/);
    expect((await read(calm, '192.0.2.1')).status).toBe(200);
    expect((await muster.call('GET', '/api/servers', owner)).status).toBe(200);
  });

  test('is counted for the token, wherever it is used from', async () => {
    const fast = await token();
    const answers: Answer[] = [];
    for (let last = 1; last <= 7; last += 1) answers.push(await read(fast, `192.0.2.${last}`));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
  });
});

test('the pace of a person is his own', async () => {
  const fast = await muster.person('Fast', { role: 'operator', scope: fleet });
  const statuses: number[] = [];
  for (let request = 0; request < 122; request += 1) {
    statuses.push((await muster.call('GET', '/api/access/token-policy', fast)).status);
  }
  expect(statuses.indexOf(429)).toBe(120);
  expect((await muster.call('GET', '/api/access/token-policy', other)).status).toBe(200);
});

test('the pace of an address is counted before anybody is known, doors and wrong paths included', async () => {
  const from = { 'x-forwarded-for': '203.0.113.200' };
  const paths = ['/api/session', '/api/servers', '/api/nothing-here'];
  const statuses: number[] = [];
  for (let request = 0; request < 302; request += 1) {
    statuses.push((await muster.send('GET', paths[request % 3] ?? '', from)).status);
  }
  expect(statuses.slice(0, 300)).not.toContain(429);
  expect(statuses.slice(300)).toEqual([429, 429]);
  expect((await muster.send('GET', '/api/session', { 'x-forwarded-for': '203.0.113.201' })).status).toBe(200);
  expect((await muster.send('GET', '/api/health', from)).status).toBe(200);
});

test('a person’s places are taken by his own slow requests, and given back', async () => {
  const slow = await muster.person('Slow', { role: 'operator', scope: fleet });
  const blocker = await muster.superuser.connect();
  await blocker.query('begin; lock table muster.servers_groups in access exclusive mode');
  const waiting = [1, 2, 3].map(() => muster.call('GET', '/api/groups', slow));
  await muster.until(async () => {
    const { rows } = await muster.superuser.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    );
    return (rows[0]?.n ?? 0) >= 3;
  });
  const fourth = await muster.call('GET', '/api/access/token-policy', slow);
  expect([fourth.status, fourth.body['code'], fourth.headers.get('retry-after')]).toEqual([429, 'busy', '1']);
  expect((await muster.call('GET', '/api/access/token-policy', other)).status).toBe(200);
  await blocker.query('rollback');
  blocker.release();
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await muster.call('GET', '/api/access/token-policy', slow)).status).toBe(200);
});

test('an export ends at its size, and says how a larger one is made', async () => {
  await muster.until(async () => (await muster.call('GET', '/api/audit/export?from=6&to=6', owner)).status === 200);
  const large = await muster.call('GET', '/api/audit/export?from=0', owner);
  expect([large.status, large.body['code']]).toEqual([413, 'export-too-large']);
  expect(large.body['detail']).toMatch(/at most 5 entries.*muster export/);
  const part = await muster.call('GET', '/api/audit/export?from=0&to=5', owner);
  expect(part.status).toBe(200);
  const events = part.text.split('\n').filter((line) => line.includes('"k":"event"'));
  expect(events).toHaveLength(5);
  expect((await muster.call('GET', '/api/audit/export?from=0&to=6', owner)).status).toBe(413);
});

describe('the connections of an address', () => {
  const PROXY = '127.0.0.1';
  const CROWDED = '127.0.0.71';
  const opened: Connection[] = [];
  afterAll(() => opened.forEach((connection) => connection.destroy()));

  /** A connection that stays open, and the status of its one answer; null when it was closed without one. */
  const ask = async (localAddress: string): Promise<{ connection: Connection; status: number | null }> => {
    const connection = connect({ host: '127.0.0.1', port: muster.running.port, localAddress });
    opened.push(connection);
    const status = await new Promise<number | null>((resolve) => {
      connection.once('data', (bytes) => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(bytes.toString('latin1'))?.[1])));
      connection.once('close', () => resolve(null));
      connection.once('error', () => resolve(null));
      connection.write('GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    });
    return { connection, status };
  };

  test('have their number; one more is closed unheard, and others do not feel it', async () => {
    const held = [];
    for (let place = 0; place < 4; place += 1) held.push(await ask(CROWDED));
    expect(held.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await ask(CROWDED)).status).toBeNull();
    expect((await ask('127.0.0.72')).status).toBe(200);
    held[0]?.connection.destroy();
    await muster.until(async () => (await ask(CROWDED)).status === 200);
    expect((await ask(CROWDED)).status).toBeNull();
  });

  test('have no number at a proxy that is listed: everybody comes through it', async () => {
    const answers = [];
    for (let place = 0; place < 9; place += 1) answers.push((await ask(PROXY)).status);
    expect(answers).toEqual(Array.from({ length: 9 }, () => 200));
  });
});

test('the live pages of a session have their number; another session has its own, and a closed page gives its place back', async () => {
  const [busy, calm] = [await muster.person('Busy', { role: 'operator', scope: fleet }), other];
  const pages = [await muster.socket(busy), await muster.socket(busy), await muster.socket(busy)];
  await expect(muster.socket(busy)).rejects.toThrow('too-many');
  const elsewhere = await muster.socket(calm);
  expect(pages.map(({ connected }) => connected)).toEqual([true, true, true]);
  pages[0]?.disconnect();
  await muster.until(() =>
    muster.socket(busy).then(
      (page) => pages.push(page) > 0,
      () => false,
    ),
  );
  await expect(muster.socket(busy)).rejects.toThrow('too-many');
  for (const page of [...pages, elsewhere]) page.disconnect();
});

describe('a page that does not read', () => {
  const openSockets = async (): Promise<number> => {
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    return Number(/^muster_live_sockets(?:\{[^}]*\})? (\d+)/m.exec(metrics)?.[1]);
  };
  const hears = (socket: Socket, topic: string) =>
    new Promise<void>((resolve) => socket.on('hint', (hint: { topic: string }) => hint.topic === topic && resolve()));

  test('is dropped when too much waits for it; others hear at once', async () => {
    const [slow, quick] = [await muster.socket(owner), await muster.socket(other)];
    await quick.emitWithAck('subscribe', { topics: ['servers'] });
    const dropped = new Promise((resolve) => slow.on('disconnect', resolve));
    // It takes nothing from its connection any more, but goes on asking: each answer waits for it on our side.
    const wire: unknown = Reflect.get(Object(Reflect.get(slow.io.engine.transport, 'ws')), '_socket');
    (wire as { pause(): void }).pause();
    const topics = Array.from({ length: 20 }, () => `server:${newId()}`);
    const asking = setInterval(() => {
      for (let question = 0; question < 40; question += 1) slow.emit('subscribe', { topics }, () => undefined);
    }, 10);
    expect(await openSockets()).toBe(2);
    const heard: number[] = [];
    for (let change = 0; change < 40; change += 1) {
      const hint = hears(quick, 'servers');
      const began = performance.now();
      await muster.call('POST', '/api/groups', other, { name: `Group ${change} ${newId().slice(-8)}` });
      await hint;
      heard.push(performance.now() - began);
      if ((await openSockets()) === 1) break;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    clearInterval(asking);
    expect(await openSockets()).toBe(1);
    (wire as { resume(): void }).resume();
    await dropped;
    expect(quick.connected).toBe(true);
    expect(Math.max(...heard)).toBeLessThan(3000);
    quick.disconnect();
  }, 60_000);
});

describe('a page that asks without end', () => {
  test('is closed; others do not feel it', async () => {
    const [endless, calm] = [await muster.socket(owner), await muster.socket(other)];
    const closed = new Promise<string>((resolve) => endless.once('disconnect', resolve));
    const topics = Array.from({ length: 20 }, () => `server:${newId()}`);
    for (let question = 0; question <= 1000; question += 1) endless.emit('subscribe', { topics }, () => undefined);
    expect(await closed).toBe('transport close');
    expect(await calm.timeout(2000).emitWithAck('subscribe', { topics: ['servers'] })).toMatchObject({
      granted: [{ topic: 'servers' }],
    });
    endless.disconnect();
    calm.disconnect();
  }, 30_000);
});

describe('the queue of a gateway', () => {
  test('takes what it has room for; the rest waits in PostgreSQL and comes when there is room', async () => {
    const transport = new DeliveryTransport({ postgresUrl: muster.databaseUrl }, 3);
    const gatewayId = `limit-${newId()}`;
    const queue = transport.queue(gatewayId);
    // A job carries fifty at most, so these are two jobs, then two that find room for one.
    const ids = Array.from({ length: 180 }, () => newId());
    expect(await queue.add('task', ids.slice(0, 60))).toBe(60);
    expect(await queue.add('task', ids.slice(60, 140))).toBe(50);
    expect(await queue.add('cancel', ids.slice(140))).toBe(0);
    const delivered: string[] = [];
    const worker = transport.worker(gatewayId, (_, taskId) => {
      delivered.push(taskId);
      return Promise.resolve();
    });
    await muster.until(() => Promise.resolve(delivered.length === 110));
    expect(await queue.add('task', ids.slice(110, 180))).toBe(70);
    await muster.until(() => Promise.resolve(delivered.length === 180));
    expect(delivered.toSorted((a, b) => a.localeCompare(b))).toEqual(ids.toSorted((a, b) => a.localeCompare(b)));
    await worker.close();
    await queue.close();
    await transport.close();
  });
});
