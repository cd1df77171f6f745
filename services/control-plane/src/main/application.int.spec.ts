// The whole API on a real PostgreSQL: an owner who sets up, signs in, acts, is refused, and repeats himself.
import { newId } from '@muster/kernel/ids';
import { generateSync } from 'otplib';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OwnerSetup } from '../domains/access/index.ts';
import type { RunningControlPlane } from './application.ts';
import { eventsOf as eventsIn, startOneProcess, type OneProcess } from './testing/one-process.ts';

const PASSWORD = 'teal-otter-sings-9-hymns';
const EMAIL = 'ingrid@example.net';

let muster: OneProcess;
let superuser: pg.Pool;
let running: RunningControlPlane;
let usedCode = '';
let recoveryCodes: string[] = [];
let owner: { cookie: string; csrf: string };

interface Answer {
  status: number;
  body: Record<string, unknown>;
  cookie: string;
}

async function call(
  method: string,
  path: string,
  { body, as, headers = {} }: { body?: unknown; as?: typeof owner; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${running.port}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(as ? { cookie: as.cookie, 'x-muster-csrf': as.csrf } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {},
    cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '',
  };
}

const eventsOf = (type: string): Promise<Record<string, unknown>[]> => eventsIn(superuser, type);

beforeAll(async () => {
  muster = await startOneProcess();
  ({ superuser, running } = muster);
});
afterAll(() => muster.stop());

describe('the first owner', () => {
  let link = '';

  test('is asked for, and nobody else gets in', async () => {
    expect((await call('GET', '/api/session')).body).toMatchObject({ me: null, setupNeeded: true });
    expect((await call('GET', '/api/fleet')).status).toBe(401);
    link = new URL((await running.app.get(OwnerSetup).issueLink()) ?? '').hash.slice(1);
    expect((await call('GET', `/api/setup?link=${link}x`)).body).toMatchObject({ open: false });
  });

  test('is told in words what a good password is', async () => {
    const body = { link, name: 'Ingrid Kestrel', email: EMAIL, timeZone: 'Europe/Berlin', password: 'kestrel-kestrel' };
    const answer = await call('POST', '/api/setup/begin', { body });
    expect(answer.status).toBe(400);
    expect(answer.body['detail']).toMatch(/easy to guess/);
  });

  test('proves the second factor and is signed in; the link works once', async () => {
    const body = { link, name: 'Ingrid Kestrel', email: EMAIL, timeZone: 'Europe/Berlin', password: PASSWORD };
    const begun = await call('POST', '/api/setup/begin', { body });
    usedCode = generateSync({ secret: String(begun.body['totpSecret']) });
    const wrong = await call('POST', '/api/setup/complete', {
      body: { link, setupId: begun.body['setupId'], code: '000000' },
    });
    expect(wrong.status).toBe(400);
    const done = await call('POST', '/api/setup/complete', {
      body: { link, setupId: begun.body['setupId'], code: usedCode },
    });
    expect(done.status).toBe(200);
    recoveryCodes = done.body['recoveryCodes'] as string[];
    owner = { cookie: done.cookie, csrf: (done.body['me'] as { csrf: string }).csrf };
    expect((await call('GET', `/api/setup?link=${link}`)).body).toMatchObject({ open: false });
    expect((await call('GET', '/api/fleet', { as: owner })).status).toBe(200);
  });

  test('is nowhere in the ledger in the clear', async () => {
    const { rows } = await superuser.query<{ found: boolean }>(
      `select exists (select 1 from es.events where convert_from(body, 'UTF8') ~* 'ingrid|kestrel'
         or convert_from(meta, 'UTF8') ~* 'ingrid|127\\.0\\.0\\.1') as found`,
    );
    expect(rows[0]?.found).toBe(false);
  });
});

describe('signing in', () => {
  const challenge = async (password: string) => call('POST', '/api/session', { body: { email: EMAIL, password } });

  test('says the same for a wrong password and an unknown address', async () => {
    const wrong = await challenge('not the password');
    const unknown = await call('POST', '/api/session', { body: { email: 'nobody@example.net', password: PASSWORD } });
    expect([wrong.status, wrong.body['detail']]).toEqual([unknown.status, unknown.body['detail']]);
  });

  test('takes no code twice, and a recovery code once', async () => {
    const first = await challenge(PASSWORD);
    const used = await call('POST', '/api/session/factor', {
      body: { factor: 'totp', challengeId: first.body['challengeId'], code: usedCode },
    });
    expect(used.status).toBe(401);
    const recovery = { factor: 'recovery-code', challengeId: first.body['challengeId'], code: recoveryCodes[0] };
    expect((await call('POST', '/api/session/factor', { body: recovery })).status).toBe(200);
    const second = await challenge(PASSWORD);
    const again = { ...recovery, challengeId: second.body['challengeId'] };
    expect((await call('POST', '/api/session/factor', { body: again })).status).toBe(401);
  });

  test('ends: the cookie of a session that was left opens nothing', async () => {
    const begun = await challenge(PASSWORD);
    const entered = await call('POST', '/api/session/factor', {
      body: { factor: 'recovery-code', challengeId: begun.body['challengeId'], code: recoveryCodes[1] },
    });
    const other = { cookie: entered.cookie, csrf: (entered.body['me'] as { csrf: string }).csrf };
    expect((await call('DELETE', '/api/session', { as: other })).status).toBe(200);
    expect((await call('GET', '/api/fleet', { as: other })).status).toBe(401);
  });
});

describe('an action', () => {
  const group = (name: string, key: string) =>
    call('POST', '/api/groups', { as: owner, body: { name }, headers: { 'idempotency-key': key } });

  test('sent twice is one action, and the same id with another body is refused', async () => {
    const key = newId();
    const [one, two] = await Promise.all([group('Frankfurt web', key), group('Frankfurt web', key)]);
    expect([one.status, two.status]).toEqual([202, 202]);
    expect(one.body['groupId']).toBe(two.body['groupId']);
    expect((await group('Frankfurt web', key)).body).toMatchObject({ replayed: true, groupId: one.body['groupId'] });
    const other = await group('Helsinki web', key);
    expect([other.status, other.body['code']]).toEqual([409, 'id-reused']);
    expect(await eventsOf('servers.GroupCreated')).toHaveLength(1);
  });

  test('is seen by whoever asked as soon as it is answered', async () => {
    await group('Mail', newId());
    const { body } = await call('GET', '/api/groups', { as: owner });
    expect((body['groups'] as { name: string }[]).map(({ name }) => name)).toContain('Mail');
  });

  test('does not wait for checkpoints that another release left', async () => {
    await superuser.query(
      `insert into es.subscriptions (name, version, position)
       values ('read-model/servers', 0, 0), ('read-model/of-another-release', 1, 0)`,
    );
    const took: number[] = [];
    for (const name of ['Vienna web', 'Vienna mail', 'Vienna backup']) {
      const began = performance.now();
      expect((await group(name, newId())).status).toBe(202);
      took.push(performance.now() - began);
    }
    await superuser.query(`delete from es.subscriptions where (name, version) in
      (('read-model/servers', 0), ('read-model/of-another-release', 1))`);
    // It would have been 1.5 s each time.
    expect(Math.min(...took)).toBeLessThan(1000);
  });

  test('that is refused is an event with the sentence the person read', async () => {
    const refused = await group('Mail', newId());
    expect(refused.status).toBe(409);
    const events = await eventsOf('audit.CommandRefused');
    expect(events.at(-1)).toMatchObject({ what: 'servers.CreateGroup', code: 'taken', subject: 'Mail' });
  });

  test('without the session’s own token, or from a foreign page, does nothing', async () => {
    const stale = await call('POST', '/api/groups', { as: { ...owner, csrf: 'x' }, body: { name: 'A' } });
    expect([stale.status, stale.body['code']]).toEqual([403, 'csrf']);
    for (const origin of ['https://evil.example', 'null']) {
      const foreign = await call('POST', '/api/groups', { as: owner, body: { name: 'A' }, headers: { origin } });
      expect([foreign.status, foreign.body['code']]).toEqual([403, 'foreign-origin']);
    }
  });
});

describe('bad input gets a sentence', () => {
  const block = (body: object) => call('POST', '/api/bans/blocks', { as: owner, body });
  const good = { range: '203.0.113.7', target: { kind: 'fleet' }, seconds: 3600, reason: 'Guessing passwords' };

  test.each([
    [{ ...good, range: '10.0.0.1/33' }, 400, /10\.0\.0\.1\/33 is not a range: IPv4 ends at \/32/],
    [{ ...good, range: '0.0.0.0/0' }, 400, /\/16/],
    [{ ...good, target: { kind: 'server', serverId: newId() } }, 404, /server/i],
    [{ ...good, target: { kind: 'group', groupId: newId() } }, 404, /group/i],
    [{ ...good, reason: 'x'.repeat(501) }, 400, /A reason ends at 500 characters/],
    [{ ...good, seconds: 1 }, 400, /at least 60 seconds/],
    [{ ...good, surprise: true }, 400, /surprise/],
  ])('%o', async (body, status, sentence) => {
    const answer = await block(body);
    expect([answer.status, answer.body['detail']]).toEqual([status, expect.stringMatching(sentence)]);
  });

  test('a group without servers is refused in words', async () => {
    const made = await call('POST', '/api/groups', { as: owner, body: { name: 'Empty' } });
    const answer = await block({ ...good, target: { kind: 'group', groupId: made.body['groupId'] } });
    expect(answer.status).toBe(409);
    expect(answer.body['detail']).toMatch(/no servers|without servers|empty/i);
  });

  test('what is not JSON, and an address that leads nowhere, are answered in the same form', async () => {
    const response = await fetch(`http://127.0.0.1:${running.port}/api/groups`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: owner.cookie, 'x-muster-csrf': owner.csrf },
      body: '{"name":',
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toMatch(/application\/problem\+json/);
    const nowhere = await call('GET', '/api/nothing', { as: owner });
    expect([nowhere.status, nowhere.body['code']]).toEqual([404, 'not-found']);
  });
});
