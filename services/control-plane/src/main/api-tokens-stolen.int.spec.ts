// API tokens in wrong hands, and at their end: what thieves and guessers meet over HTTP and sockets, and what closes when a
// token is revoked, expires or loses its holder.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, RunningMuster, SignedIn } from './testing/running-muster.ts';
import { ELSEWHERE, FLEET, HOME, TokensUnderTest } from './testing/tokens-under-test.ts';

let up: TokensUnderTest;
let muster: RunningMuster;
let owner: SignedIn;

beforeAll(async () => {
  up = await TokensUnderTest.start();
  ({ muster, owner } = up);
}, 60_000);
afterAll(() => up.stop());

describe('a thief', () => {
  const wrongs = async () => {
    const bound = await up.make(owner, { networks: ['192.0.2.0/24'] });
    const revoked = await up.make(owner);
    const reason = 'Found in a repository';
    await muster.call('POST', `/api/access/tokens/${revoked.tokenId}/revoke`, owner, { reason });
    const expired = await up.makeBrief(owner, -1000);
    const unknown = bound.token.slice(0, 7) + (await up.make(owner)).token.slice(7);
    await muster.superuser.query(`delete from muster.access_token_keys where token_id in
      (select token_id from muster.access_tokens order by made_at desc limit 1)`);
    return { bound, revoked, expired, unknown };
  };

  test('learns nothing from the answer, whatever is wrong; the token’s people learn it, once', async () => {
    const { bound, revoked, expired, unknown } = await wrongs();
    expect((await up.use(bound.token, 'GET', '/api/servers')).status).toBe(200);
    const from = '203.0.113.67';
    const answers: Answer[] = [];
    for (const token of [bound.token, revoked.token, expired.token, unknown, 'muster_nonsense', bound.token]) {
      answers.push(await up.use(token, 'GET', '/api/servers', undefined, from));
    }
    const said = answers.map(({ status, body }) => [status, body['code'], body['detail']]);
    expect(new Set(said.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(said[0]?.slice(0, 2)).toEqual([401, 'token']);
    const refusals = async () =>
      (await up.events('access.TokenRefused')).map(({ data }) => [data['tokenId'], data['why']]);
    await muster.until(async () => (await refusals()).length >= 3);
    const told = await refusals();
    expect(told.filter(([tokenId]) => tokenId === bound.tokenId)).toEqual([[bound.tokenId, 'network']]);
    expect(told).toContainEqual([revoked.tokenId, 'ended']);
    expect(told.filter(([tokenId]) => tokenId === expired.tokenId)).toHaveLength(1);
  });

  test('gets no socket either, and cannot take an address by saying so', async () => {
    const { token } = await up.make(owner, { networks: ['192.0.2.0/24'] });
    const authorization = `Bearer ${token}`;
    await expect(muster.connect({ authorization, 'x-forwarded-for': ELSEWHERE })).rejects.toThrow('token');
    const forged = { authorization, 'x-forwarded-for': `${HOME}, ${ELSEWHERE}` };
    await expect(muster.connect(forged)).rejects.toThrow('token');
    expect((await muster.send('GET', '/api/servers', forged)).status).toBe(401);
    const good = await muster.connect({ authorization, 'x-forwarded-for': HOME });
    good.disconnect();
  });

  test('who guesses is bounded, and does not stop the program that works from there', async () => {
    const { token } = await up.make(owner);
    const from = '203.0.113.99';
    expect((await up.use(token, 'GET', '/api/servers', undefined, from)).status).toBe(200);
    const statuses: number[] = [];
    const guess = (await up.make(owner)).token;
    for (let tried = 0; tried < 100; tried += 1) {
      const { status } = await up.use(`${guess.slice(0, -3)}${tried + 100}`, 'GET', '/api/servers', undefined, from);
      statuses.push(status);
    }
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(61);
    expect(statuses.at(-1)).toBe(429);
    expect((await up.use(token, 'GET', '/api/servers', undefined, from)).status).toBe(200);
    const fresh = await up.use(guess, 'GET', '/api/servers', undefined, from);
    expect([fresh.status, Number(fresh.headers.get('retry-after')) > 0]).toEqual([429, true]);
  });

  test('cannot tell an unknown token from a real one at the wrong place by the time it takes', async () => {
    const { bound, unknown } = await wrongs();
    const time = async (token: string, from: string) => {
      const began = performance.now();
      await up.use(token, 'GET', '/api/servers', undefined, from);
      return performance.now() - began;
    };
    const median = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    const medians = async () => {
      const [real, none]: [number[], number[]] = [[], []];
      for (let round = 0; round < 150; round += 1) {
        // From ever new addresses, so that the bound on guesses is not what is measured.
        const from = `198.51.100.${round}`;
        real.push(await time(bound.token, from));
        none.push(await time(unknown, from));
      }
      return [median(real), median(none)] as const;
    };
    // What tells them apart does so every time; a machine that is busy does so once.
    const seen: string[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const [a, b] = await medians();
      if (Math.abs(a - b) < Math.max(1, 0.3 * b)) return;
      seen.push(`${a.toFixed(2)} ms against ${b.toFixed(2)} ms`);
    }
    expect(seen).toEqual([]);
  });
});

describe('its end', () => {
  const open = async (token: string) => {
    const socket = await muster.connect({ authorization: `Bearer ${token}`, 'x-forwarded-for': HOME });
    return { closed: new Promise((resolve) => socket.on('disconnect', resolve)) };
  };

  test('closes what it has open, at once, however it ends', async () => {
    const person = await muster.person('Many tokens', { role: 'operator', scope: FLEET });
    const [own, foreign, timed, left] = [
      await up.make(person),
      await up.make(person),
      await up.makeBrief(person, 2500),
      await up.make(person),
    ];
    const sockets = await Promise.all([own, foreign, timed, left].map(({ token }) => open(token)));
    await muster.call('POST', `/api/account/tokens/${own.tokenId}/revoke`, person, {});
    await sockets[0]?.closed;
    const reason = 'A contractor published it';
    await muster.call('POST', `/api/access/tokens/${foreign.tokenId}/revoke`, owner, { reason });
    await sockets[1]?.closed;
    await sockets[2]?.closed;
    const gone = await muster.call('POST', `/api/people/${person.personId}/offboard`, owner, { reason });
    expect(gone.body).toMatchObject({ tokens: 2, grants: 1 });
    await sockets[3]?.closed;
    for (const { token } of [own, foreign, timed, left]) {
      expect((await up.use(token, 'GET', '/api/servers')).status).toBe(401);
    }
    const ends = (await up.events('access.TokenEnded')).filter(({ data }) => data['holderId'] === person.personId);
    expect(ends.map(({ data }) => String(data['why'])).sort((a, b) => a.localeCompare(b))).toEqual([
      'expired',
      'offboarded',
      'offboarded',
      'revoked',
      'revoked',
    ]);
  });

  test('is its holder’s to decide, not another’s', async () => {
    const [one, other] = [
      await muster.person('One', { role: 'operator', scope: FLEET }),
      await muster.person('Other', { role: 'operator', scope: FLEET }),
    ];
    const { tokenId, token } = await up.make(one);
    expect((await muster.call('POST', `/api/account/tokens/${tokenId}/revoke`, other, {})).status).toBe(404);
    expect((await muster.call('GET', '/api/account/tokens', other)).text).not.toContain(tokenId);
    expect((await up.use(token, 'GET', '/api/servers')).status).toBe(200);
  });
});
