// From where people and programs may come: over HTTP, at the doors and on open sockets; and the way back for who is out.
import type { NetworkRule } from '@muster/contracts/access';
import type { Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { runMuster } from '../../../../test/recovery/muster.ts';
import { RunningMuster, type Answer, type SignedIn } from './testing/running-muster.ts';

const OFFICE = '192.0.2.10';
const HOME = '203.0.113.66';
const fleet = { kind: 'fleet' } as const;
const reason = 'Tried by the spec';

let muster: RunningMuster;
let owner: SignedIn;
let operator: SignedIn;

beforeAll(async () => {
  muster = await RunningMuster.start({ MUSTER_TRUSTED_PROXIES: '127.0.0.1' });
  owner = await muster.owner();
  operator = await muster.person('Otto Operator', { role: 'operator', scope: fleet });
}, 60_000);
afterAll(() => muster.stop());
afterEach(async () => {
  expect((await set([])).status).toBe(202);
});

const headers = (as: SignedIn, from: string) => ({
  cookie: as.cookie,
  'x-muster-csrf': as.csrf,
  'x-forwarded-for': from,
});
const set = (rules: NetworkRule[], from = OFFICE, as = owner) =>
  muster.send('PUT', '/api/access/networks', headers(as, from), { rules });
const rule = (change: Partial<NetworkRule>, ...ranges: string[]): NetworkRule => ({
  for: 'people',
  role: null,
  mode: 'allow',
  ranges: ranges.map((range) => ({ range, label: 'Office' })),
  ...change,
});
const servers = (as: SignedIn, from: string) => muster.send('GET', '/api/servers', headers(as, from));
const said = ({ status, body }: Answer) => [status, body['code']];
const closed = (socket: Socket) => new Promise((resolve) => socket.on('disconnect', resolve));

async function token(as = owner): Promise<string> {
  const wish = { name: 'Program', may: [{ role: 'operator', scope: fleet }], days: 1 };
  const answer = await muster.send('POST', '/api/account/tokens', headers(as, OFFICE), wish);
  return String(answer.body['token']);
}
const byToken = (bearer: string, from: string) =>
  muster.send('GET', '/api/servers', { authorization: `Bearer ${bearer}`, 'x-forwarded-for': from });

describe('an allow-list for people', () => {
  test('is tried on whoever sets it: nobody locks himself out', async () => {
    const outside = await set([rule({}, '198.51.100.0/24')]);
    expect(said(outside)).toEqual([409, 'would-lock-out']);
    expect(outside.body['detail']).toBe(
      `You come from ${OFFICE}, and the rule for everybody would lock you out. Add ${OFFICE} to it first`,
    );
    const denied = await set([rule({ mode: 'deny', role: 'owner' }, '192.0.2.0/24')]);
    expect(denied.body['detail']).toMatch(/the rule for the role owner would lock you out\. Take 192\.0\.2\.10 off it/);
    const forged = { ...headers(owner, `198.51.100.1, ${OFFICE}`) };
    const claimed = await muster.send('PUT', '/api/access/networks', forged, {
      rules: [rule({}, '198.51.100.0/24')],
    });
    expect(said(claimed)).toEqual([409, 'would-lock-out']);
    expect((await servers(owner, HOME)).status).toBe(200);
  });

  test('keeps everybody else out: with a session, at every door, and from open pages', async () => {
    const page = await muster.connect({ cookie: operator.cookie, 'x-forwarded-for': HOME });
    const gone = closed(page);
    const stays = await muster.connect({ cookie: owner.cookie, 'x-forwarded-for': OFFICE });
    expect((await set([rule({}, '192.0.2.0/24', '2001:db8::/32')])).status).toBe(202);
    await gone;
    expect(stays.connected).toBe(true);
    stays.disconnect();
    const refused = await servers(operator, HOME);
    expect(said(refused)).toEqual([403, 'network']);
    expect(refused.body['detail']).toMatch(/^Nobody comes in from 203\.0\.113\.66 here/);
    expect((await servers(operator, '2001:db8::7')).status).toBe(200);
    expect((await servers(operator, `${OFFICE}, ${HOME}`)).status).toBe(403);
    const door = await muster.send(
      'POST',
      '/api/session',
      { 'x-forwarded-for': HOME },
      { email: 'olga@hosting.example', password: 'not the password' },
    );
    expect(said(door)).toEqual([403, 'network']);
    expect(said(await muster.send('GET', '/api/session', headers(operator, HOME)))).toEqual([403, 'network']);
    await expect(muster.connect({ cookie: operator.cookie, 'x-forwarded-for': HOME })).rejects.toThrow('network');
    // Programs have rules of their own.
    expect((await byToken(await token(), HOME)).status).toBe(200);
  });

  test('can be for one role alone', async () => {
    expect((await set([rule({ role: 'owner' }, '192.0.2.0/24')])).status).toBe(202);
    expect(said(await servers(owner, HOME))).toEqual([403, 'network']);
    expect((await servers(operator, HOME)).status).toBe(200);
  });

  test('is one rule per role, of addresses that can be read', async () => {
    const twice = await set([rule({}, '192.0.2.0/24'), rule({}, '192.0.2.0/25')]);
    expect(twice.body['detail']).toMatch(/two rules/);
    expect((await set([rule({}, '192.0.2.0/33')])).status).toBe(400);
    const shown = await muster.send('GET', '/api/access/networks', headers(owner, OFFICE));
    expect(shown.body).toMatchObject({ yourAddress: OFFICE, rules: [], apiStopped: null });
  });
});

describe('a deny-list for programs', () => {
  test('keeps them out from there with the answer that says nothing, and no person', async () => {
    const bearer = await token();
    const socket = await muster.connect({ authorization: `Bearer ${bearer}`, 'x-forwarded-for': HOME });
    const gone = closed(socket);
    expect((await set([rule({ for: 'api', mode: 'deny' }, '203.0.113.0/24')])).status).toBe(202);
    await gone;
    expect(said(await byToken(bearer, HOME))).toEqual([401, 'token']);
    expect((await byToken(bearer, OFFICE)).status).toBe(200);
    expect((await servers(operator, HOME)).status).toBe(200);
  });

  test('can be for the role that a token acts by', async () => {
    const [asOperator, wish] = [await token(), { name: 'Reader', may: [{ role: 'auditor', scope: fleet }], days: 1 }];
    const made = await muster.send('POST', '/api/account/tokens', headers(owner, OFFICE), wish);
    const asAuditor = String(made.body['token']);
    expect((await set([rule({ for: 'api', role: 'operator' }, '192.0.2.0/24')])).status).toBe(202);
    expect((await byToken(asOperator, HOME)).status).toBe(401);
    expect((await byToken(asAuditor, HOME)).status).toBe(200);
  });
});

test('the kill switch keeps every program out at once, and people go on; only a person lets them in again', async () => {
  const bearer = await token();
  const socket = await muster.connect({ authorization: `Bearer ${bearer}`, 'x-forwarded-for': HOME });
  const gone = closed(socket);
  const stopped = await muster.send('POST', '/api/access/api/stop', headers(owner, OFFICE), { reason });
  expect(stopped.status, stopped.text).toBe(202);
  await gone;
  const refused = await byToken(bearer, OFFICE);
  expect([...said(refused), refused.headers.get('retry-after')]).toEqual([503, 'api-stopped', '60']);
  expect(said(await byToken('muster_nonsense', OFFICE))).toEqual([503, 'api-stopped']);
  expect((await servers(operator, HOME)).status).toBe(200);
  const doors = await muster.send('GET', '/api/access/doors', headers(operator, HOME));
  expect(doors.body['apiStopped']).toMatchObject({ by: { name: 'Olga Owner' }, reason });
  const resumed = await muster.send('POST', '/api/access/api/resume', headers(owner, OFFICE), { reason });
  expect(resumed.status, resumed.text).toBe(202);
  expect((await byToken(bearer, OFFICE)).status).toBe(200);
});

test('the host opens the networks again, loudly, and nothing else', async () => {
  expect((await set([rule({ role: 'owner' }, '192.0.2.0/24'), rule({}, '192.0.2.0/24')])).status).toBe(202);
  await muster.send('POST', '/api/access/api/stop', headers(owner, OFFICE), { reason });
  expect(said(await servers(owner, HOME))).toEqual([403, 'network']);
  const installation = ['--installation', '/tmp'];
  const show = await runMuster(muster.databaseUrl, 'networks', 'show', ...installation);
  expect(show.output).toContain('people, owner: only from\n  192.0.2.0/24  Office');
  const open = await runMuster(muster.databaseUrl, 'networks', 'open', ...installation, '--reason', 'Office has moved');
  expect([open.code, open.output]).toEqual([0, expect.stringMatching(/^2 rules were taken away/)]);
  await muster.until(async () => (await servers(owner, HOME)).status === 200);
  const doors = await muster.send('GET', '/api/access/doors', headers(operator, HOME));
  expect(doors.body).toMatchObject({
    openedFromHost: { reason: 'Office has moved' },
    apiStopped: { reason },
  });
  const { rows } = await muster.superuser.query<{ body: string; meta: string }>(
    `select convert_from(body, 'UTF8') as body, convert_from(meta, 'UTF8') as meta from es.events
     where event_type = 'access.NetworksOpenedFromHost'`,
  );
  expect(rows.map(({ body, meta }) => [JSON.parse(body), JSON.parse(meta)] as const)).toMatchObject([
    [
      { reason: 'Office has moved', rules: 2 },
      { actor: 'host-operator', actorKind: 'break-glass' },
    ],
  ]);
  expect((await runMuster(muster.databaseUrl, 'networks', 'open', ...installation, '--reason', 'Again')).code).toBe(1);
  await muster.send('POST', '/api/access/api/resume', headers(owner, OFFICE), { reason });
  expect((await set([])).status).toBe(202);
  const after = await muster.send('GET', '/api/access/doors', headers(operator, HOME));
  expect(after.body).toEqual({ apiStopped: null, openedFromHost: null });
}, 60_000);
