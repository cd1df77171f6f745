// The run's Redis is a real one; without one this is skipped and the test command says so.
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { redisForTest } from './redis.ts';

const { url } = redisForTest();

describe.skipIf(url === undefined)('Redis for a test', () => {
  it('answers, and drops nothing when it is full', async () => {
    const { hostname, port } = new URL(url ?? 'redis://127.0.0.1:6379');
    const socket = connect(Number(port), hostname);
    socket.end('PING\r\nCONFIG GET maxmemory-policy\r\n');
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^\+PONG/);
    expect(answer).toContain('noeviction');
  });
});
