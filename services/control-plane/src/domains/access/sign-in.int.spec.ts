// Attacks on the door, on the whole API over a real PostgreSQL: guessing, replaying, fixing a session, driving a foreign
// browser, and asking who has an account.
import { generateSync } from 'otplib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { io } from 'socket.io-client';
import { ApiUnderTest, type Browser, type OwnerAccount } from '../../main/testing/api-under-test.ts';

let api: ApiUnderTest;
let desk: Browser;
let owner: OwnerAccount;

beforeAll(async () => {
  api = await ApiUnderTest.start({ MUSTER_STEP_UP_SECONDS: '2', MUSTER_SESSION_ROTATE_SECONDS: '1' });
  desk = api.browser('198.51.100.7');
  owner = await api.setUpOwner(desk);
});
afterAll(() => api.stop());

/** As at an unknown browser; recovery codes are the proof that does not wait for a clock. */
async function signIn(browser: Browser, code = owner.recoveryCodes.pop() ?? ''): Promise<void> {
  const begun = await browser.post('/api/session', { email: owner.email, password: owner.password });
  expect(begun.body).toMatchObject({ state: 'factor' });
  const { challengeId } = begun.body;
  const entered = await browser.post('/api/session/factor', { factor: 'recovery-code', challengeId, code });
  expect(entered.status).toBe(200);
  if (owner.recoveryCodes.length < 4) await freshCodes(browser);
}

/** As a person would whose codes come to an end. */
async function freshCodes(browser: Browser): Promise<void> {
  const issued = await browser.post('/api/account/recovery-codes');
  expect(issued.body['codes']).toHaveLength(10);
  owner.recoveryCodes.splice(0, Infinity, ...(issued.body['codes'] as string[]));
}

/** Like a person whose code of this half minute was used: waits for none, steps up with a recovery code. */
async function stepUp(browser: Browser): Promise<void> {
  const begun = await browser.post('/api/session/step-up/begin');
  const { challengeId } = begun.body;
  const done = await browser.post('/api/session/step-up', {
    factor: 'recovery-code',
    challengeId,
    code: owner.recoveryCodes.pop(),
  });
  expect(done.status).toBe(200);
}

describe('codes', () => {
  /** Wrong codes make the next try wait a moment. */
  const challenge = async (browser: Browser) => {
    for (;;) {
      const begun = await browser.post('/api/session', { email: owner.email, password: owner.password });
      if (begun.status !== 429) return begun.body['challengeId'];
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const prove = async (browser: Browser, factor: string, code: string) =>
    browser.post('/api/session/factor', { factor, challengeId: await challenge(browser), code });

  test('of the authenticator work once, and neither old nor of the future', async () => {
    const { totpSecret: secret } = owner;
    const now = Math.floor(Date.now() / 1000);
    expect((await prove(desk, 'totp', owner.usedCode)).status).toBe(401);
    expect((await prove(desk, 'totp', generateSync({ secret, epoch: now - 120 }))).status).toBe(401);
    expect((await prove(desk, 'totp', generateSync({ secret, epoch: now + 120 }))).status).toBe(401);
    expect(await api.events('access.SignedIn')).toHaveLength(1);
  });

  test('of recovery work once, also when two browsers show one at the same moment', async () => {
    const code = owner.recoveryCodes.pop() ?? '';
    const [one, two] = [api.browser(desk.address), api.browser(desk.address)];
    const answers = await Promise.all([prove(one, 'recovery-code', code), prove(two, 'recovery-code', code)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
    expect((await prove(one, 'recovery-code', code)).status).toBe(401);
  });

  test('cannot be tried for long under one password', async () => {
    const browser = api.browser('198.51.100.60');
    const challengeId = await challenge(browser);
    const statuses: string[] = [];
    for (let n = 0; n < 9; n++) {
      const { body } = await browser.post('/api/session/factor', { factor: 'totp', challengeId, code: `00000${n}` });
      statuses.push(String(body['code']));
    }
    expect(statuses.filter((code) => code === 'code').length).toBeLessThanOrEqual(5);
    expect(statuses.at(-1)).toMatch(/ended|throttled/);
  });
});

describe('a session', () => {
  test('never takes over a token that the browser brought along', async () => {
    const victim = api.browser();
    victim.cookies.set('muster-session', 'fixed-by-an-attacker');
    await signIn(victim);
    expect(victim.cookies.get('muster-session')).not.toBe('fixed-by-an-attacker');
    const attacker = api.browser('203.0.113.9');
    attacker.cookies.set('muster-session', 'fixed-by-an-attacker');
    expect((await attacker.get('/api/fleet')).status).toBe(401);
  });

  test('gets a new token while it is used; a stolen old one ends it when it is shown later', async () => {
    const browser = api.browser();
    await signIn(browser);
    const first = browser.cookies.get('muster-session') ?? '';
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await browser.get('/api/account')).status).toBe(200);
    const second = browser.cookies.get('muster-session') ?? '';
    expect(second).not.toBe(first);
    // The new one is taken into use; what was on its way with the old one still arrives.
    expect((await browser.get('/api/account')).status).toBe(200);
    const thief = api.browser('203.0.113.9');
    thief.cookies.set('muster-session', first);
    expect((await thief.get('/api/account')).status).toBe(200);
    await api.superuser.query(`update muster.access_sessions set replaced_at = now() - interval '2 minutes'`);
    expect((await thief.get('/api/account')).status).toBe(401);
    expect((await browser.get('/api/account')).status).toBe(401);
    expect((await api.events('access.SessionEnded')).at(-1)).toMatchObject({ why: 'token-reused' });
  });

  test('ended by its person stops its open socket and its next request', async () => {
    const [here, there] = [api.browser(), api.browser('198.51.100.8')];
    await signIn(here);
    await signIn(there);
    const account = (await here.get('/api/account')).body as {
      sessions: { sessionId: string; address: string; current: boolean }[];
    };
    const other = account.sessions.find(({ address }) => address === '198.51.100.8');
    expect(account.sessions.filter(({ current }) => current)).toHaveLength(1);
    const socket = io(`http://127.0.0.1:${api.running.port}`, {
      transports: ['websocket'],
      reconnection: false,
      extraHeaders: { cookie: `muster-session=${there.cookies.get('muster-session') ?? ''}` },
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    const closed = new Promise<string>((resolve) => socket.once('disconnect', resolve));
    expect((await here.post(`/api/account/sessions/${other?.sessionId ?? ''}/end`)).status).toBe(202);
    expect(await closed).toBe('io server disconnect');
    expect((await there.get('/api/account')).status).toBe(401);
  });

  test('that is idle or over ends by itself, with its event', async () => {
    const browser = api.browser();
    await signIn(browser);
    const { sessionId } = (await browser.get('/api/session')).body['me'] as { sessionId: string };
    await api.superuser.query(
      `update muster.access_sessions set used_at = now() - interval '3 hours' where session_id = $1`,
      [sessionId],
    );
    expect((await browser.get('/api/account')).status).toBe(401);
    await expect
      .poll(async () => (await api.events('access.SessionEnded')).find((event) => event['sessionId'] === sessionId), {
        timeout: 10_000,
      })
      .toMatchObject({ why: 'idle' });
  });

  test('whose address cannot be read any more lists it as unknown, and has it written down anew with its next use', async () => {
    const [here, there] = [api.browser('198.51.100.21'), api.browser('198.51.100.22')];
    await signIn(here);
    await signIn(there);
    const idOf = async (browser: Browser) =>
      ((await browser.get('/api/session')).body['me'] as { sessionId: string }).sessionId;
    const both = [await idOf(here), await idOf(there)];
    await api.superuser.query(`update muster.access_sessions set source = '' where session_id = any($1)`, [both]);
    const addresses = async (browser: Browser) => {
      const { status, body } = await browser.get('/api/account');
      expect(status).toBe(200);
      const sessions = body['sessions'] as { sessionId: string; address: string }[];
      return both.map((id) => sessions.find(({ sessionId }) => sessionId === id)?.address);
    };
    expect(await addresses(here)).toEqual(['198.51.100.21', '']);
    expect(await addresses(there)).toEqual(['198.51.100.21', '198.51.100.22']);
  });

  test('is not kept alive by an open page that nobody uses', async () => {
    const browser = api.browser();
    await signIn(browser);
    const { sessionId } = (await browser.get('/api/session')).body['me'] as { sessionId: string };
    const usedAgo = async () => {
      const { rows } = await api.superuser.query<{ seconds: number }>(
        `select extract(epoch from now() - used_at)::float8 as seconds from muster.access_sessions where session_id = $1`,
        [sessionId],
      );
      return rows[0]?.seconds ?? 0;
    };
    await api.superuser.query(
      `update muster.access_sessions set used_at = now() - interval '110 minutes' where session_id = $1`,
      [sessionId],
    );
    const unattended = { headers: { 'x-muster-unattended': '1' } };
    expect((await browser.call('GET', '/api/fleet', unattended)).status).toBe(200);
    expect((await browser.get('/api/sync?topic=fleet&epoch=x&since=0')).status).toBe(200);
    const socket = io(`http://127.0.0.1:${api.running.port}`, {
      transports: ['websocket'],
      reconnection: false,
      extraHeaders: { cookie: `muster-session=${browser.cookies.get('muster-session') ?? ''}` },
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    socket.disconnect();
    expect(await usedAgo()).toBeGreaterThan(6000);
    expect((await browser.get('/api/fleet')).status).toBe(200);
    expect(await usedAgo()).toBeLessThan(60);
  });

  test('is not driven by a foreign page', async () => {
    const without = api.browser();
    await signIn(without);
    without.csrf = '';
    expect((await without.post('/api/account/sessions/end-others')).body['code']).toBe('csrf');
    expect((await without.post('/api/session/step-up/begin')).body['code']).toBe('csrf');
    for (const path of ['/api/session', '/api/entry', '/api/session/passkey', '/api/account/sessions/end-others']) {
      const foreign = await without.post(path, {}, { origin: 'https://evil.example' });
      expect([path, foreign.status, foreign.body['code']]).toEqual([path, 403, 'foreign-origin']);
    }
  });
});

describe('a dangerous action', () => {
  const invite = (browser: Browser, email: string, key?: string) =>
    browser.post(
      '/api/people',
      { name: 'Mara Okafor', email, role: 'operator' },
      key === undefined ? {} : { 'idempotency-key': key },
    );

  test('asks who it is again once the proof is old, and goes through under the same id after it', async () => {
    const browser = api.browser();
    await signIn(browser);
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const key = '0190b5e2-7a10-4000-8000-00000000c001';
    const asked = await invite(browser, 'mara@example.net', key);
    expect([asked.status, asked.body['code']]).toEqual([403, 'step-up']);
    const before = browser.cookies.get('muster-session');
    await stepUp(browser);
    expect(browser.cookies.get('muster-session')).not.toBe(before);
    expect((await invite(browser, 'mara@example.net', key)).status).toBe(202);
    const repeat = await invite(browser, 'mara@example.net', key);
    expect([repeat.body['replayed'], repeat.body['link']]).toEqual([true, null]);
    expect((await api.events('access.SteppedUp')).at(-1)).toMatchObject({ factor: 'recovery-code' });
  });

  test('is refused to who proves the wrong thing, and he stays signed in', async () => {
    const browser = api.browser();
    await signIn(browser);
    const { challengeId } = (await browser.post('/api/session/step-up/begin')).body;
    const wrong = await browser.post('/api/session/step-up', {
      factor: 'password',
      challengeId,
      password: owner.password,
    });
    expect(wrong.status).toBe(400);
    expect((await browser.get('/api/account')).status).toBe(200);
  });

  test('gives fresh recovery codes, and the old ones open nothing', async () => {
    const browser = api.browser();
    await signIn(browser);
    const old = owner.recoveryCodes.pop();
    expect(old).toBeDefined();
    await freshCodes(browser);
    const begun = await browser.post('/api/session', { email: owner.email, password: owner.password });
    const { challengeId } = begun.body;
    const tried = await browser.post('/api/session/factor', { factor: 'recovery-code', challengeId, code: old });
    expect(tried.status).toBe(401);
  });

  test('keeps no secret that was shown once, and no readable trace of a password', async () => {
    const { rows } = await api.superuser.query<{ text: string }>(
      'select answer::text as text from muster.platform_commands',
    );
    expect(rows.map(({ text }) => text).join()).not.toMatch(/enter#/);
  });
});

describe('a link', () => {
  let link = '';
  const newcomers: Browser[] = [];

  test('invites once; the person chooses the password and proves a second factor', async () => {
    const browser = api.browser();
    await signIn(browser);
    const made = await browser.post('/api/people', { name: 'Tom Lind', email: 'tom@example.net', role: 'operator' });
    link = new URL(String(made.body['link'])).hash.slice(1);
    const newcomer = api.browser('192.0.2.4');
    newcomers.push(newcomer);
    expect((await newcomer.post('/api/entry', { link })).body).toMatchObject({
      open: true,
      name: 'Tom Lind',
      enrols: true,
    });
    const weak = await newcomer.post('/api/entry/begin', { link, password: 'Tom-Lind-2026', timeZone: 'Europe/Oslo' });
    expect(weak.body['detail']).toMatch(/easy to guess/);
    const begun = await newcomer.post('/api/entry/begin', {
      link,
      password: 'seven quiet harbour lamps',
      timeZone: 'Europe/Oslo',
    });
    const enrolment = begun.body['enrolment'] as { entryId: string; totpSecret: string };
    expect((await newcomer.post('/api/entry/complete', { factor: 'none', entryId: enrolment.entryId })).status).toBe(
      403,
    );
    const done = await newcomer.post('/api/entry/complete', {
      factor: 'totp',
      entryId: enrolment.entryId,
      code: generateSync({ secret: enrolment.totpSecret }),
    });
    expect(done.body['recoveryCodes']).toHaveLength(10);
    expect(done.body['me']).toMatchObject({ role: 'No role', permissions: [] });
    expect((await newcomer.post('/api/people', { name: 'X', email: 'x@example.net', role: 'owner' })).status).toBe(403);
    expect((await api.browser().post('/api/entry', { link })).body).toMatchObject({ open: false });
    const again = await api
      .browser()
      .post('/api/entry/begin', { link, password: 'seven quiet harbour lamps', timeZone: 'UTC' });
    expect(again.status).toBe(403);
  });

  test('recovers: whoever was in is out, the old password and factor open nothing', async () => {
    const browser = api.browser();
    await signIn(browser);
    const { people } = (await browser.get('/api/people')).body as { people: { personId: string; email: string }[] };
    const tom = people.find(({ email }) => email === 'tom@example.net')?.personId ?? '';
    const made = await browser.post(`/api/people/${tom}/link`, { resetSecondFactor: true, reason: 'Lost the phone' });
    const recovery = new URL(String(made.body['link'])).hash.slice(1);
    // The old password still stands until the link is used.
    expect((await newcomers[0]?.get('/api/account'))?.status).toBe(200);
    const phone = api.browser('192.0.2.5');
    const begun = await phone.post('/api/entry/begin', {
      link: recovery,
      password: 'eleven copper kettles ring',
      timeZone: 'Europe/Oslo',
    });
    const enrolment = begun.body['enrolment'] as { entryId: string; totpSecret: string };
    const done = await phone.post('/api/entry/complete', {
      factor: 'totp',
      entryId: enrolment.entryId,
      code: generateSync({ secret: enrolment.totpSecret }),
    });
    expect(done.status).toBe(200);
    expect((await newcomers[0]?.get('/api/account'))?.status).toBe(401);
    const old = await phone.post('/api/session', { email: 'tom@example.net', password: 'seven quiet harbour lamps' });
    expect(old.status).toBe(401);
    expect((await api.events('access.AccountRecovered')).at(-1)).toMatchObject({ secondFactorReset: true });
  });

  test('is not needed by who was asked for a factor at the door, until the password is taken away', async () => {
    await api.superuser
      .query(`update muster.access_credentials set totp_secret = null, totp_since = null where person_id = (
         select person_id from muster.access_people where role <> 'owner' and state = 'active' limit 1)`);
    const email = 'tom@example.net';
    const begin = async (browser: Browser) => {
      const { body } = await browser.post('/api/session', { email, password: 'eleven copper kettles ring' });
      expect(body['state']).toBe('enrol');
      const { entryId, totpSecret } = body['enrolment'] as { entryId: string; totpSecret: string };
      return { factor: 'totp', entryId, code: generateSync({ secret: totpSecret }) };
    };
    const [thief, tom] = [api.browser('203.0.113.70'), api.browser('192.0.2.5')];
    const halfway = await begin(thief);
    expect((await tom.post('/api/entry/complete', await begin(tom))).status).toBe(200);
    await tom.post('/api/account/password', { password: 'nine brass bells at noon' });
    expect((await thief.post('/api/entry/complete', halfway)).body['code']).toBe('ended');
    expect((await thief.get('/api/account')).status).toBe(401);
  });

  test('is not made for oneself', async () => {
    const browser = api.browser();
    await signIn(browser);
    const { personId } = (await browser.get('/api/session')).body['me'] as { personId: string };
    const made = await browser.post(`/api/people/${personId}/link`, { reason: 'For later' });
    expect([made.status, made.body['code']]).toEqual([403, 'own-account']);
  });
});
