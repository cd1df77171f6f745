// API tokens over HTTP: what their makers meet.
import { MakeToken, TOKEN_PATTERN, type GrantScope } from '@muster/contracts/access';
import { GetDashboard } from '@muster/contracts/clients';
import { commands, queries } from '@muster/contracts';
import { endpoints } from '@muster/contracts/endpoints';
import { newId } from '@muster/kernel/ids';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningMuster, SignedIn } from './testing/running-muster.ts';
import { FLEET, HOME, TokensUnderTest } from './testing/tokens-under-test.ts';

let up: TokensUnderTest;
let muster: RunningMuster;
let owner: SignedIn;
let serverId: string;
let otherServerId: string;

beforeAll(async () => {
  up = await TokensUnderTest.start();
  ({ muster, owner, serverId, otherServerId } = up);
}, 60_000);
afterAll(() => up.stop());

describe('a token', () => {
  test('is shown once, kept as a hash, and in no event', async () => {
    const key = newId();
    const body = { name: 'Once', may: [{ role: 'auditor', scope: FLEET }], days: 5 };
    const headers = { cookie: owner.cookie, 'x-muster-csrf': owner.csrf, 'idempotency-key': key };
    const first = await muster.send('POST', '/api/account/tokens', headers, body);
    const again = await muster.send('POST', '/api/account/tokens', headers, body);
    const token = String(first.body['token']);
    expect(token).toMatch(TOKEN_PATTERN);
    expect([again.body['tokenId'], again.body['token'], again.body['replayed']]).toEqual([
      first.body['tokenId'],
      null,
      true,
    ]);
    const { rows } = await muster.superuser.query<{ n: number }>(
      `select (select count(*) from es.events where position(convert_to($1, 'UTF8') in body) > 0)
            + (select count(*) from muster.platform_commands where answer::text like '%' || $1 || '%') as n`,
      [token],
    );
    expect(rows).toEqual([{ n: 0 }]);
    const list = await muster.call('GET', '/api/account/tokens', owner);
    expect(list.text).toContain(String(first.body['tokenId']));
    expect(list.text).not.toContain(token.slice(10));
  });

  test('reads and changes in its holder’s name, and the ledger says by which token', async () => {
    const operator = await muster.person('Otto Operator', { role: 'operator', scope: FLEET });
    const { token, tokenId } = await up.make(operator);
    expect((await up.use(token, 'GET', '/api/servers')).status).toBe(200);
    const done = await up.use(token, 'POST', '/api/groups', { name: 'Made by a program' });
    expect(done.status, done.text).toBe(202);
    const created = (await up.events('servers.GroupCreated')).at(-1);
    expect(created?.meta).toMatchObject({ actor: operator.personId, actorKind: 'token', token: tokenId });
    expect(String(created?.meta['source'])).toMatch(/^sealed:1:/);
    const self = await up.use(token, 'GET', '/api/token');
    expect(self.body).toMatchObject({ tokenId, holder: { id: operator.personId, kind: 'person' } });
    const list = await muster.call('GET', '/api/access/tokens', owner);
    const listed = (list.body['tokens'] as Record<string, unknown>[]).find((one) => one['tokenId'] === tokenId);
    expect(listed).toMatchObject({ usedFrom: HOME, holder: { name: 'Otto Operator' } });
  });

  test('writes its use down once in minutes, not with each request', async () => {
    const { token, tokenId } = await up.make(owner, { may: [{ role: 'auditor', scope: FLEET }] });
    const used = async () => {
      const { rows } = await muster.superuser.query<{ used_at: Date; xmin: string }>(
        'select used_at, xmin::text from muster.access_token_keys where token_id = $1',
        [tokenId],
      );
      return rows[0];
    };
    await up.use(token, 'GET', '/api/servers');
    const first = await used();
    for (let request = 0; request < 5; request += 1) await up.use(token, 'GET', '/api/servers');
    expect(await used()).toEqual(first);
    expect(first?.used_at).toBeInstanceOf(Date);
  });

  test('does nothing that a person has to prove himself for, and has no account', async () => {
    const { token } = await up.make(owner, { may: [{ role: 'owner', scope: FLEET }] });
    const closed = [...commands, ...queries].filter(({ tokens }) => !tokens);
    expect(commands.filter(({ stepUp, tokens }) => stepUp && tokens).map(({ name }) => name)).toEqual([]);
    expect(closed.length).toBeGreaterThan(20);
    for (const { name } of closed) {
      const [method = '', path = ''] = endpoints[name] ?? [];
      const answer = await up.use(
        token,
        method,
        path.replaceAll(/:\w+/g, () => newId()),
        {},
      );
      expect([answer.status, answer.body['code']], name).toEqual([403, 'needs-person']);
    }
  });

  test('and a cookie never come together; it needs no CSRF token, a cookie still does', async () => {
    const { token } = await up.make(owner, { may: [{ role: 'operator', scope: FLEET }] });
    const both = { authorization: `Bearer ${token}`, cookie: owner.cookie, 'x-muster-csrf': owner.csrf };
    const mixed = await muster.send('GET', '/api/servers', both);
    expect([mixed.status, mixed.body['code']]).toEqual([400, 'two-credentials']);
    const withoutCsrf = await muster.send('POST', '/api/groups', { cookie: owner.cookie }, { name: 'x' });
    expect(withoutCsrf.body['code']).toBe('csrf');
    for (const authorization of ['Basic dXNlcjpwYXNz', 'Bearer', `Bearer ${token} ${token}`, `Token ${token}`]) {
      const answer = await muster.send('GET', '/api/servers', { authorization });
      expect([answer.status, answer.body['code']], authorization).toEqual([401, 'token']);
    }
    const foreign = { authorization: `Bearer ${token}`, origin: 'https://evil.example' };
    expect((await muster.send('GET', '/api/servers', foreign)).status).toBe(403);
  });
});

describe('its rights', () => {
  test('are a part of its maker’s, never more', async () => {
    const lead = await muster.person('Lead', { role: 'operator', scope: { kind: 'server', serverId } });
    const ask = (may: { role: string; scope: GrantScope }[]) =>
      muster.call('POST', '/api/account/tokens', lead, { name: 'x', may, days: 1 });
    for (const may of [
      [{ role: 'operator', scope: FLEET }],
      [{ role: 'owner', scope: { kind: 'server', serverId } }],
      [{ role: 'operator', scope: { kind: 'server', serverId: otherServerId } }],
      [
        { role: 'operator', scope: { kind: 'server', serverId } },
        { role: 'security', scope: { kind: 'server', serverId } },
      ],
    ] as { role: string; scope: GrantScope }[][]) {
      const answer = await ask(may);
      expect([answer.status, answer.body['code']], JSON.stringify(may)).toEqual([403, 'more-than-own']);
    }
    const { token } = await up.make(lead, { may: [{ role: 'contractor', scope: { kind: 'server', serverId } }] });
    const seen = await up.use(token, 'GET', '/api/servers');
    expect(seen.text).toContain(serverId);
    expect(seen.text).not.toContain(otherServerId);
    expect((await up.use(token, 'GET', `/api/servers/${otherServerId}`)).status).toBe(404);
    const rename = await up.use(token, 'POST', `/api/servers/${serverId}/name`, { name: 'fra-web-02' });
    expect([rename.status, rename.body['code']]).toEqual([403, 'forbidden']);
  });

  test('on one server hold for who has them on its group, while it is in it', async () => {
    const made = await muster.call('POST', '/api/groups', owner, { name: 'Frankfurt', serverIds: [serverId] });
    const groupId = String(made.body['groupId']);
    const lead = await muster.person('Group lead', { role: 'operator', scope: { kind: 'group', groupId } });
    const { token } = await up.make(lead, { may: [{ role: 'operator', scope: { kind: 'server', serverId } }] });
    expect((await up.use(token, 'GET', `/api/servers/${serverId}`)).status).toBe(200);
    await muster.call('POST', `/api/groups/${groupId}/members`, owner, { serverIds: [otherServerId] });
    expect((await up.use(token, 'GET', `/api/servers/${serverId}`)).status).toBe(403);
  });

  test('shrink with its maker’s, with the next request', async () => {
    const person = await muster.person(
      'Shrinking',
      { role: 'operator', scope: FLEET },
      { role: 'auditor', scope: FLEET },
    );
    const { token } = await up.make(person, {
      may: [
        { role: 'operator', scope: FLEET },
        { role: 'auditor', scope: FLEET },
      ],
    });
    expect((await up.use(token, 'POST', '/api/groups', { name: 'Before' })).status).toBe(202);
    const { body } = await muster.call('GET', `/api/access/grants?holder=${person.personId}`, owner);
    const grant = (body['grants'] as { grantId: string; role: string }[]).find(({ role }) => role === 'operator');
    const reason = 'Other duties';
    await muster.call('POST', `/api/access/grants/${grant?.grantId}/revoke`, owner, { reason });
    const after = await up.use(token, 'POST', '/api/groups', { name: 'After' });
    expect([after.status, after.body['code']]).toEqual([403, 'forbidden']);
    expect((await up.use(token, 'GET', '/api/servers')).status).toBe(200);
  });
});

test('the policy bounds the life of tokens and may ask for networks', async () => {
  const policy = { personDays: 7, serviceDays: 30, networksRequired: true };
  expect((await muster.call('PUT', '/api/access/token-policy', owner, policy)).status).toBe(202);
  const ask = (wish: object) =>
    muster.call('POST', '/api/account/tokens', owner, {
      name: 'x',
      may: [{ role: 'auditor', scope: FLEET }],
      ...wish,
    });
  expect((await ask({ days: 8, networks: ['192.0.2.0/24'] })).body['detail']).toMatch(/7 days at most/);
  expect((await ask({ days: 7 })).body['detail']).toMatch(/from which addresses/);
  expect((await ask({ days: 7, networks: ['192.0.2.0/24', '192.0.2.0/33'] })).status).toBe(400);
  expect((await ask({ days: 7, networks: ['192.0.2.0/24', '2001:db8::/32'] })).status).toBe(202);
});

test('a client’s person with a role of the team’s own can make one, and is told of no other role and place', async () => {
  const { clientId } = (await muster.call('POST', '/api/clients', owner, { name: 'Kestrel Cycles', externalRef: null }))
    .body as { clientId: string };
  const may = [MakeToken, GetDashboard].map(({ permission }) => permission.name);
  const define = async (name: string) =>
    String((await muster.call('POST', '/api/access/roles', owner, { name, permissions: may })).body['roleId']);
  const [role] = [await define('Kestrel’s shop system'), await define('Merle’s shop system')];
  const scope: GrantScope = { kind: 'client', clientId };
  const person = await muster.person('Ada Kestrel', { role, scope });
  const session = (await muster.call('GET', '/api/session', person)).body['me'] as { grants: { scopeName: string }[] };
  expect(session.grants.map(({ scopeName }) => scopeName)).toEqual(['Kestrel Cycles']);
  // What the dialog needs, without the permission to list all roles.
  expect((await muster.call('GET', '/api/access/roles', person)).status).toBe(403);
  const { body, text } = await muster.call('GET', '/api/account/tokens', person);
  expect(body['roles']).toMatchObject([{ role, title: 'Kestrel’s shop system', permissions: may.toSorted() }]);
  expect(text).not.toContain('Merle');
  // The policy of the test before asks for networks.
  const { token } = await up.make(person, { may: [{ role, scope }], days: 5, networks: [`${HOME}/32`] });
  expect((await up.use(token, 'GET', `/api/clients/${clientId}/dashboard`)).status).toBe(200);
  expect((await up.use(token, 'GET', '/api/servers')).status).toBe(403);
});

test('everybody’s tokens come page by page, each once', async () => {
  const list = async (more: string) =>
    (await muster.call('GET', `/api/access/tokens?ended=true${more}`, owner)).body as unknown as {
      tokens: { tokenId: string }[];
      next: string | null;
      inForce: { tokens: number };
    };
  const [newest] = (await list('&limit=1')).tokens;
  const reason = 'Ended ones are listed, too';
  await muster.call('POST', `/api/access/tokens/${newest?.tokenId}/revoke`, owner, { reason });
  const whole = await list('&limit=200');
  expect(whole.tokens).toContainEqual(expect.objectContaining({ tokenId: newest?.tokenId, state: 'ended' }));
  expect(whole.inForce.tokens).toBeGreaterThan(0);
  const paged: string[] = [];
  for (let next: string | null = ''; next !== null;) {
    const page: Awaited<ReturnType<typeof list>> = await list(`&limit=4${next === '' ? '' : `&after=${next}`}`);
    paged.push(...page.tokens.map(({ tokenId }) => tokenId));
    ({ next } = page);
  }
  expect(paged).toEqual(whole.tokens.map(({ tokenId }) => tokenId));
});
