// Ten thousand guesses are a few dozen, whoever makes them and from wherever, and the owner gets in all the while.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../../../../test/support/postgres.ts';
import { connect, type ProcessConnection } from '../../platform/database/database.ts';
import { Refusal } from '../../platform/errors/refusal.ts';
import { ApiUnderTest, type OwnerAccount, type Browser } from '../../main/testing/api-under-test.ts';
import { accountSubject, SignInThrottle, sourceSubject, type Subject } from './throttle.ts';

const DAY_MS = 86_400_000;
const GUESSES = 10_000;
/** Attackers do not stand in line. */
const AT_ONCE = 20;

describe('a day of guessing one account', () => {
  let database: TestDatabase;
  let connection: ProcessConnection;
  let now = Date.now();
  let throttle: SignInThrottle;

  beforeAll(async () => {
    database = await createDatabase();
    connection = connect(database.urlAs('muster_app'), 'throttle', 4);
    throttle = new SignInThrottle(connection, () => new Date(now));
  });
  afterAll(async () => {
    await connection.pool.end();
    await database.drop();
  });

  /** True when the guess would be looked at. */
  const guess = async (...subjects: Subject[]): Promise<boolean> => {
    try {
      await throttle.take(subjects);
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
      return false;
    }
  };

  test(
    'from a thousand addresses, 10,000 are about a hundred; the owner at their own desk never waits',
    { timeout: 120_000 },
    async () => {
      let lookedAt = 0;
      let ownersTurns = 0;
      for (let n = 0; n < GUESSES; n += AT_ONCE) {
        now += (DAY_MS / GUESSES) * AT_ONCE;
        const burst = Array.from({ length: AT_ONCE }, (_, k) =>
          guess(accountSubject('account a'), sourceSubject(`source ${(n + k) % 1000}`)),
        );
        lookedAt += (await Promise.all(burst)).filter(Boolean).length;
        if (n % 500 !== 0) continue;
        const desk = accountSubject('account a on desk');
        expect(await guess(desk)).toBe(true);
        await throttle.forget([desk]);
        ownersTurns++;
      }
      expect(ownersTurns).toBe(20);
      expect(lookedAt).toBeGreaterThan(5);
      expect(lookedAt).toBeLessThan(120);
    },
  );

  test('for a thousand accounts from one address, it is the address that waits', async () => {
    let lookedAt = 0;
    for (let n = 0; n < 2000; n++) {
      now += 1000;
      if (await guess(accountSubject(`account ${n % 1000} of many`), sourceSubject('source one'))) lookedAt++;
    }
    expect(lookedAt).toBeLessThan(35);
  });

  test('nobody waits for a clock that is a little ahead of their own, once it cost nothing', async () => {
    const office = sourceSubject('an office of two');
    const ahead = new SignInThrottle(connection, () => new Date(now + 1_500));
    await ahead.take([office]);
    expect(await guess(office)).toBe(true);
    await ahead.giveBack([office]);
    expect(await guess(office)).toBe(true);
  });

  test('at the same moment, a hundred are no more than the free ones', async () => {
    const at = await Promise.all(Array.from({ length: 100 }, () => guess(accountSubject('account at once'))));
    expect(at.filter(Boolean).length).toBeLessThanOrEqual(6);
  });
});

describe('over HTTP', () => {
  let api: ApiUnderTest;
  let desk: Browser;
  let owner: OwnerAccount;

  beforeAll(async () => {
    api = await ApiUnderTest.start();
    desk = api.browser('198.51.100.7');
    owner = await api.setUpOwner(desk);
  });
  afterAll(() => api.stop());

  test('a burst from forty addresses is bounded, and the owner signs in during it', async () => {
    const strangers = Array.from({ length: 40 }, (_, n) => api.browser(`203.0.113.${n + 1}`));
    const burst = strangers.flatMap((stranger) =>
      Array.from({ length: 5 }, (_, n) =>
        stranger.post('/api/session', { email: owner.email, password: `a guess of many, ${n}` }),
      ),
    );
    const answers = await Promise.all(burst);
    const codes = answers.map(({ body }) => String(body['code']));
    expect(codes.filter((code) => code === 'sign-in').length).toBeLessThanOrEqual(8);
    expect(codes.filter((code) => code === 'throttled' || code === 'busy').length).toBeGreaterThan(180);
    const throttled = answers.find(({ body }) => body['code'] === 'throttled');
    expect(Number(throttled?.headers.get('retry-after'))).toBeGreaterThan(0);
    const begun = await desk.post('/api/session', { email: owner.email, password: owner.password });
    expect(begun.body['state']).toBe('factor');
    const entered = await desk.post('/api/session/factor', {
      factor: 'recovery-code',
      challengeId: begun.body['challengeId'],
      code: owner.recoveryCodes[0],
    });
    expect(entered.status).toBe(200);
  });

  test('an account that does not exist answers in the same words and in the same time', async () => {
    const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
    const bodies = new Set<string>();
    for (let n = 0; n < 40; n++) {
      // Only the time of the check itself is of interest here, so nobody waits.
      await api.superuser.query('delete from muster.access_throttle');
      for (const kind of n % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const)) {
        const stranger = api.browser(`192.0.2.${n + 1}`);
        const email = kind === 'known' ? owner.email : `nobody-${n}@example.net`;
        const started = performance.now();
        const { status, body } = await stranger.post('/api/session', { email, password: 'not the password at all' });
        times[kind].push(performance.now() - started);
        bodies.add(JSON.stringify([status, body['code'], body['detail'], body['title'], Object.keys(body).sort()]));
      }
    }
    expect(bodies.size).toBe(1);
    const [known, unknown] = [median(times.known), median(times.unknown)];
    const noise = spread(times.known);
    expect(Math.abs(known - unknown)).toBeLessThan(Math.max(noise, 0.15 * known));
  });
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Between the quartiles. */
function spread(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor(sorted.length * 0.75)] ?? 0) - (sorted[Math.floor(sorted.length * 0.25)] ?? 0);
}
