// One limit for several processes, on a real Redis: each throttle has a connection of its own, as each process has.
import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, describe, expect, test } from 'vitest';
import { newId } from '@muster/kernel/ids';
import { redisForTest } from '../../../../../test/support/redis.ts';
import { countingRedis, SharedThrottle } from './shared-throttle.ts';

const redis = redisForTest();
const secret = randomBytes(32);
const WINDOW_MS = 60_000;
const closing: (() => unknown)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

async function throttle(name: string, limit: number, url = redis.url, windowMs = WINDOW_MS): Promise<SharedThrottle> {
  if (url === undefined) return new SharedThrottle(name, limit, windowMs, undefined);
  const connection = countingRedis(url);
  closing.push(() => connection.disconnect());
  await once(connection, 'ready');
  return new SharedThrottle(name, limit, windowMs, { redis: connection, secret });
}
const allowed = async (asked: readonly Promise<{ allowed: boolean }>[]) =>
  (await Promise.all(asked)).filter((pace) => pace.allowed).length;

describe.skipIf(redis.url === undefined)('with Redis', () => {
  test('two processes that are asked at once let through what one would', async () => {
    const name = newId();
    const both = [await throttle(name, 20), await throttle(name, 20)];
    const asked = Array.from({ length: 60 }, (_, turn) => both[turn % 2]?.pace('198.51.100.7'));
    expect(await allowed(asked.flatMap((pace) => pace ?? []))).toBe(20);
    const [first] = await Promise.all(both.map((one) => one.pace('198.51.100.7')));
    expect(first).toMatchObject({ allowed: false, remaining: 0 });
    expect(await both[0]?.pace('198.51.100.8')).toMatchObject({ allowed: true, remaining: 19 });
  });

  test('what one process has counted is what the other says of it', async () => {
    const name = newId();
    const [here, there] = [await throttle(name, 5), await throttle(name, 5)];
    for (const remaining of [4, 3, 2]) expect(await here.pace('token')).toMatchObject({ remaining });
    const said = await there.pace('token');
    expect(said).toMatchObject({ allowed: true, remaining: 1 });
    expect(said.resetsInMs).toBeGreaterThan(WINDOW_MS - 5000);
    expect(said.resetsInMs).toBeLessThanOrEqual(WINDOW_MS);
  });

  test('a window ends for all of them', async () => {
    const name = newId();
    const [here, there] = [await throttle(name, 1, redis.url, 1000), await throttle(name, 1, redis.url, 1000)];
    expect([(await here.pace('x')).allowed, (await there.pace('x')).allowed]).toEqual([true, false]);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await there.pace('x')).allowed).toBe(true);
  });

  test('neither an address nor an id can be read in Redis', async () => {
    const name = newId();
    await (await throttle(name, 5)).pace('198.51.100.7');
    const connection = countingRedis(redis.url ?? '');
    closing.push(() => connection.disconnect());
    await once(connection, 'ready');
    const keys = await connection.keys(`muster:pace:${name}*`);
    expect(keys).toHaveLength(1);
    expect(keys.join()).not.toContain('198.51.100.7');
  });
});

describe('without Redis', () => {
  test('each process counts for itself', async () => {
    const alone = new SharedThrottle('alone', 2, WINDOW_MS, undefined);
    expect(await allowed([1, 2, 3].map(() => alone.pace('x')))).toBe(2);
  });

  test('one that takes connections and never answers holds nobody up, and the limit still holds', async () => {
    const { url, server } = await silent();
    closing.push(() => server.close());
    const connection = countingRedis(url);
    closing.push(() => connection.disconnect());
    const one = new SharedThrottle('silent', 3, WINDOW_MS, { redis: connection, secret });
    const began = performance.now();
    const answers = [];
    for (let turn = 0; turn < 5; turn += 1) answers.push((await one.pace('x')).allowed);
    expect(answers).toEqual([true, true, true, false, false]);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

async function silent(): Promise<{ url: string; server: Server }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => void open.add(socket)).listen(0, '127.0.0.1');
  closing.push(() => open.forEach((socket) => socket.destroy()));
  await once(server, 'listening');
  const address = server.address();
  return { url: `redis://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`, server };
}
