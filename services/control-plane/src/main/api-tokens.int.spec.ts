// API tokens over HTTP and sockets: what their makers, their thieves and their revokers meet.
import { MakeToken, TOKEN_PATTERN, TokenIssued, type GrantScope } from '@muster/contracts/access';
import { GetDashboard } from '@muster/contracts/clients';
import { commands, queries } from '@muster/contracts';
import { endpoints } from '@muster/contracts/endpoints';
import { newId } from '@muster/kernel/ids';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RunningMuster, type Answer, type SignedIn } from './testing/running-muster.ts';

const HOME = '192.0.2.10';
const ELSEWHERE = '203.0.113.66';
const fleet: GrantScope = { kind: 'fleet' };

let muster: RunningMuster;
let owner: SignedIn;
let serverId: string;
let otherServerId: string;

beforeAll(async () => {
  // Each request says where it comes from.
  muster = await RunningMuster.start({ MUSTER_TRUSTED_PROXIES: '127.0.0.1' });
  owner = await muster.owner();
  [serverId, otherServerId] = [await muster.server('fra-web-01'), await muster.server('ams-db-01')];
}, 60_000);
afterAll(() => muster.stop());

interface Made {
  readonly tokenId: string;
  readonly token: string;
}

async function make(as: SignedIn, wish: Record<string, unknown> = {}): Promise<Made> {
  const answer = await muster.call('POST', '/api/account/tokens', as, {
    name: 'Nightly export',
    may: [{ role: 'operator', scope: fleet }],
    days: 30,
    ...wish,
  });
  if (answer.status !== 202) throw new Error(answer.text);
  return answer.body as unknown as Made;
}

/** One that ends in a moment: the same text, issued by an event of its own. */
async function makeBrief(as: SignedIn, milliseconds: number): Promise<Made> {
  const { token, tokenId: long } = await make(as);
  const tokenId = newId();
  const expiresAt = new Date(Date.now() + milliseconds).toISOString();
  const issued = {
    ...TokenIssued.example,
    tokenId,
    holderId: as.personId,
    holderKind: 'person',
    networks: [],
    expiresAt,
  };
  const may = [{ role: 'operator', scope: fleet }];
  await muster.append(`token-${tokenId}`, [[TokenIssued, { ...issued, may }]]);
  await muster.superuser.query('update muster.access_token_keys set token_id = $1 where token_id = $2', [
    tokenId,
    long,
  ]);
  return { token, tokenId };
}

function use(token: string, method: string, path: string, body?: unknown, from = HOME): Promise<Answer> {
  return muster.send(method, path, { authorization: `Bearer ${token}`, 'x-forwarded-for': from }, body);
}

const events = async (type: string) => {
  const { rows } = await muster.superuser.query<{ body: string; meta: string }>(
    `select convert_from(body, 'UTF8') as body, convert_from(meta, 'UTF8') as meta from es.events
     where event_type = $1 order by recorded_at`,
    [type],
  );
  return rows.map(({ body, meta }) => ({
    data: JSON.parse(body) as Record<string, unknown>,
    meta: JSON.parse(meta) as Record<string, unknown>,
  }));
};

describe('a token', () => {
  test('is shown once, kept as a hash, and in no event', async () => {
    const key = newId();
    const body = { name: 'Once', may: [{ role: 'auditor', scope: fleet }], days: 5 };
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
    const operator = await muster.person('Otto Operator', { role: 'operator', scope: fleet });
    const { token, tokenId } = await make(operator);
    expect((await use(token, 'GET', '/api/servers')).status).toBe(200);
    const done = await use(token, 'POST', '/api/groups', { name: 'Made by a program' });
    expect(done.status, done.text).toBe(202);
    const created = (await events('servers.GroupCreated')).at(-1);
    expect(created?.meta).toMatchObject({ actor: operator.personId, actorKind: 'token', token: tokenId });
    expect(String(created?.meta['source'])).toMatch(/^sealed:1:/);
    const self = await use(token, 'GET', '/api/token');
    expect(self.body).toMatchObject({ tokenId, holder: { id: operator.personId, kind: 'person' } });
    const list = await muster.call('GET', '/api/access/tokens', owner);
    const listed = (list.body['tokens'] as Record<string, unknown>[]).find((one) => one['tokenId'] === tokenId);
    expect(listed).toMatchObject({ usedFrom: HOME, holder: { name: 'Otto Operator' } });
  });

  test('writes its use down once in minutes, not with each request', async () => {
    const { token, tokenId } = await make(owner, { may: [{ role: 'auditor', scope: fleet }] });
    const used = async () => {
      const { rows } = await muster.superuser.query<{ used_at: Date; xmin: string }>(
        'select used_at, xmin::text from muster.access_token_keys where token_id = $1',
        [tokenId],
      );
      return rows[0];
    };
    await use(token, 'GET', '/api/servers');
    const first = await used();
    for (let request = 0; request < 5; request += 1) await use(token, 'GET', '/api/servers');
    expect(await used()).toEqual(first);
    expect(first?.used_at).toBeInstanceOf(Date);
  });

  test('does nothing that a person has to prove himself for, and has no account', async () => {
    const { token } = await make(owner, { may: [{ role: 'owner', scope: fleet }] });
    const closed = [...commands, ...queries].filter(({ tokens }) => !tokens);
    expect(commands.filter(({ stepUp, tokens }) => stepUp && tokens).map(({ name }) => name)).toEqual([]);
    expect(closed.length).toBeGreaterThan(20);
    for (const { name } of closed) {
      const [method = '', path = ''] = endpoints[name] ?? [];
      const answer = await use(
        token,
        method,
        path.replaceAll(/:\w+/g, () => newId()),
        {},
      );
      expect([answer.status, answer.body['code']], name).toEqual([403, 'needs-person']);
    }
  });

  test('and a cookie never come together; it needs no CSRF token, a cookie still does', async () => {
    const { token } = await make(owner, { may: [{ role: 'operator', scope: fleet }] });
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
      [{ role: 'operator', scope: fleet }],
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
    const { token } = await make(lead, { may: [{ role: 'contractor', scope: { kind: 'server', serverId } }] });
    const seen = await use(token, 'GET', '/api/servers');
    expect(seen.text).toContain(serverId);
    expect(seen.text).not.toContain(otherServerId);
    expect((await use(token, 'GET', `/api/servers/${otherServerId}`)).status).toBe(404);
    const rename = await use(token, 'POST', `/api/servers/${serverId}/name`, { name: 'fra-web-02' });
    expect([rename.status, rename.body['code']]).toEqual([403, 'forbidden']);
  });

  test('on one server hold for who has them on its group, while it is in it', async () => {
    const made = await muster.call('POST', '/api/groups', owner, { name: 'Frankfurt', serverIds: [serverId] });
    const groupId = String(made.body['groupId']);
    const lead = await muster.person('Group lead', { role: 'operator', scope: { kind: 'group', groupId } });
    const { token } = await make(lead, { may: [{ role: 'operator', scope: { kind: 'server', serverId } }] });
    expect((await use(token, 'GET', `/api/servers/${serverId}`)).status).toBe(200);
    await muster.call('POST', `/api/groups/${groupId}/members`, owner, { serverIds: [otherServerId] });
    expect((await use(token, 'GET', `/api/servers/${serverId}`)).status).toBe(403);
  });

  test('shrink with its maker’s, with the next request', async () => {
    const person = await muster.person(
      'Shrinking',
      { role: 'operator', scope: fleet },
      { role: 'auditor', scope: fleet },
    );
    const { token } = await make(person, {
      may: [
        { role: 'operator', scope: fleet },
        { role: 'auditor', scope: fleet },
      ],
    });
    expect((await use(token, 'POST', '/api/groups', { name: 'Before' })).status).toBe(202);
    const { body } = await muster.call('GET', `/api/access/grants?holder=${person.personId}`, owner);
    const grant = (body['grants'] as { grantId: string; role: string }[]).find(({ role }) => role === 'operator');
    const reason = 'Other duties';
    await muster.call('POST', `/api/access/grants/${grant?.grantId}/revoke`, owner, { reason });
    const after = await use(token, 'POST', '/api/groups', { name: 'After' });
    expect([after.status, after.body['code']]).toEqual([403, 'forbidden']);
    expect((await use(token, 'GET', '/api/servers')).status).toBe(200);
  });
});

describe('a thief', () => {
  const wrongs = async () => {
    const bound = await make(owner, { networks: ['192.0.2.0/24'] });
    const revoked = await make(owner);
    const reason = 'Found in a repository';
    await muster.call('POST', `/api/access/tokens/${revoked.tokenId}/revoke`, owner, { reason });
    const expired = await makeBrief(owner, -1000);
    const unknown = bound.token.slice(0, 7) + (await make(owner)).token.slice(7);
    await muster.superuser.query(`delete from muster.access_token_keys where token_id in
      (select token_id from muster.access_tokens order by made_at desc limit 1)`);
    return { bound, revoked, expired, unknown };
  };

  test('learns nothing from the answer, whatever is wrong; the token’s people learn it, once', async () => {
    const { bound, revoked, expired, unknown } = await wrongs();
    expect((await use(bound.token, 'GET', '/api/servers')).status).toBe(200);
    const from = '203.0.113.67';
    const answers: Answer[] = [];
    for (const token of [bound.token, revoked.token, expired.token, unknown, 'muster_nonsense', bound.token]) {
      answers.push(await use(token, 'GET', '/api/servers', undefined, from));
    }
    const said = answers.map(({ status, body }) => [status, body['code'], body['detail']]);
    expect(new Set(said.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(said[0]?.slice(0, 2)).toEqual([401, 'token']);
    const refusals = async () =>
      (await events('access.TokenRefused')).map(({ data }) => [data['tokenId'], data['why']]);
    await muster.until(async () => (await refusals()).length >= 3);
    const told = await refusals();
    expect(told.filter(([tokenId]) => tokenId === bound.tokenId)).toEqual([[bound.tokenId, 'network']]);
    expect(told).toContainEqual([revoked.tokenId, 'ended']);
    expect(told.filter(([tokenId]) => tokenId === expired.tokenId)).toHaveLength(1);
  });

  test('gets no socket either, and cannot take an address by saying so', async () => {
    const { token } = await make(owner, { networks: ['192.0.2.0/24'] });
    const authorization = `Bearer ${token}`;
    await expect(muster.connect({ authorization, 'x-forwarded-for': ELSEWHERE })).rejects.toThrow('token');
    const forged = { authorization, 'x-forwarded-for': `${HOME}, ${ELSEWHERE}` };
    await expect(muster.connect(forged)).rejects.toThrow('token');
    expect((await muster.send('GET', '/api/servers', forged)).status).toBe(401);
    const good = await muster.connect({ authorization, 'x-forwarded-for': HOME });
    good.disconnect();
  });

  test('who guesses is bounded, and does not stop the program that works from there', async () => {
    const { token } = await make(owner);
    const from = '203.0.113.99';
    expect((await use(token, 'GET', '/api/servers', undefined, from)).status).toBe(200);
    const statuses: number[] = [];
    const guess = (await make(owner)).token;
    for (let tried = 0; tried < 100; tried += 1) {
      const { status } = await use(`${guess.slice(0, -3)}${tried + 100}`, 'GET', '/api/servers', undefined, from);
      statuses.push(status);
    }
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(61);
    expect(statuses.at(-1)).toBe(429);
    expect((await use(token, 'GET', '/api/servers', undefined, from)).status).toBe(200);
    const fresh = await use(guess, 'GET', '/api/servers', undefined, from);
    expect([fresh.status, Number(fresh.headers.get('retry-after')) > 0]).toEqual([429, true]);
  });

  test('cannot tell an unknown token from a real one at the wrong place by the time it takes', async () => {
    const { bound, unknown } = await wrongs();
    const time = async (token: string, from: string) => {
      const began = performance.now();
      await use(token, 'GET', '/api/servers', undefined, from);
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
    const person = await muster.person('Many tokens', { role: 'operator', scope: fleet });
    const [own, foreign, timed, left] = [
      await make(person),
      await make(person),
      await makeBrief(person, 2500),
      await make(person),
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
      expect((await use(token, 'GET', '/api/servers')).status).toBe(401);
    }
    const ends = (await events('access.TokenEnded')).filter(({ data }) => data['holderId'] === person.personId);
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
      await muster.person('One', { role: 'operator', scope: fleet }),
      await muster.person('Other', { role: 'operator', scope: fleet }),
    ];
    const { tokenId, token } = await make(one);
    expect((await muster.call('POST', `/api/account/tokens/${tokenId}/revoke`, other, {})).status).toBe(404);
    expect((await muster.call('GET', '/api/account/tokens', other)).text).not.toContain(tokenId);
    expect((await use(token, 'GET', '/api/servers')).status).toBe(200);
  });
});

describe('a service account', () => {
  const create = async (ownerId: string, name = `sensors ${newId().slice(-8)}`) => {
    const wish = { name, purpose: 'Blocks what sensors report', ownerId, reviewInDays: 90 };
    const answer = await muster.call('POST', '/api/access/service-accounts', owner, wish);
    if (answer.status !== 202) throw new Error(answer.text);
    return String(answer.body['accountId']);
  };
  const grant = (holderId: string, role: string, scope: GrantScope) =>
    muster.call('POST', '/api/access/grants', owner, { holderId, role, scope, until: null, reason: 'For the spec' });
  const tokenFor = (accountId: string, may: { role: string; scope: GrantScope }[], as = owner) =>
    muster.call('POST', `/api/access/service-accounts/${accountId}/tokens`, as, { name: 'sensor', may, days: 200 });
  const listed = async (accountId: string) => {
    const { body } = await muster.call('GET', '/api/access/service-accounts?retired=true', owner);
    return (body['accounts'] as Record<string, unknown>[]).find((one) => one['accountId'] === accountId);
  };

  test('may what it was granted, through tokens bounded by its maker too', async () => {
    const keeper = await muster.person('Keeper');
    const accountId = await create(keeper.personId);
    const may = [{ role: 'security', scope: { kind: 'server', serverId } as const }];
    const early = await tokenFor(accountId, may);
    expect([early.status, early.body['code']]).toEqual([403, 'more-than-own']);
    await grant(accountId, 'security', { kind: 'server', serverId });
    const made = await tokenFor(accountId, may);
    expect(made.status, made.text).toBe(202);
    const token = String(made.body['token']);
    const blocked = await use(token, 'POST', '/api/bans/blocks', {
      range: '203.0.113.5',
      target: { kind: 'server', serverId },
      seconds: 600,
      reason: 'Scans',
    });
    expect(blocked.status, blocked.text).toBe(202);
    expect((await use(token, 'GET', `/api/servers/${otherServerId}`)).status).toBe(404);
    const shown = await muster.call('GET', '/api/audit/entries?type=bans.AddressBlocked', owner);
    expect(shown.text).toContain('sensors');
    expect(await listed(accountId)).toMatchObject({ owner: { name: 'Keeper' }, grants: 1, tokens: 1, flags: [] });
  });

  test('is no ladder: who may make its tokens gets no more through it than he has', async () => {
    const accountId = await create((await muster.person('Answers')).personId);
    await grant(accountId, 'operator', fleet);
    const defined = await muster.call('POST', '/api/access/roles', owner, {
      name: 'Token clerk',
      permissions: ['access.service-token.make', 'servers.servers.list'],
    });
    const clerk = await muster.person('Clerk', { role: String(defined.body['roleId']), scope: fleet });
    const answer = await tokenFor(accountId, [{ role: 'operator', scope: fleet }], clerk);
    expect([answer.status, answer.body['code']], answer.text).toEqual([403, 'more-than-own']);
  });

  test('is flagged when its owner or a maker of its tokens leaves, until somebody has looked', async () => {
    const scope = fleet;
    const keeper = await muster.person('Leaves soon');
    const helper = await muster.person('Second owner', { role: 'owner', scope });
    const [owned, seen] = [await create(keeper.personId), await create((await muster.person('Stays')).personId)];
    await grant(seen, 'auditor', scope);
    const made = await tokenFor(seen, [{ role: 'auditor', scope }], helper);
    expect(made.status, made.text).toBe(202);
    const reason = 'Left on Friday';
    for (const { personId } of [keeper, helper]) {
      const gone = await muster.call('POST', `/api/people/${personId}/offboard`, owner, { reason });
      expect(gone.body['serviceAccounts'], gone.text).toBe(1);
    }
    expect(await listed(owned)).toMatchObject({ flags: ['owner-left'] });
    expect(await listed(seen)).toMatchObject({ flags: ['token-maker-left'] });
    // A program does not stop because a person left.
    expect((await use(String(made.body['token']), 'GET', '/api/servers')).status).toBe(200);
    const wish = { name: 'taken over', purpose: 'The same', ownerId: owner.personId, reviewInDays: 30 };
    const looked = await muster.call('POST', `/api/access/service-accounts/${owned}/review`, owner, wish);
    expect(looked.status, looked.text).toBe(202);
    expect(await listed(owned)).toMatchObject({ flags: [], name: 'taken over', owner: { id: owner.personId } });
  });

  test('whose review is due is flagged by the clock', async () => {
    const accountId = await create(owner.personId);
    await muster.superuser.query(
      `update muster.access_service_accounts set review_by = now() - interval '1 minute' where account_id = $1`,
      [accountId],
    );
    await muster.until(async () => JSON.stringify(await listed(accountId)).includes('review-due'));
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const flagged = (await events('access.ServiceAccountFlagged')).filter(
      ({ data }) => data['accountId'] === accountId,
    );
    expect(flagged).toHaveLength(1);
  });

  test('that is retired can do nothing more, and its name is free again', async () => {
    const name = 'old sensors';
    const accountId = await create(owner.personId, name);
    await grant(accountId, 'auditor', fleet);
    const { body } = await tokenFor(accountId, [{ role: 'auditor', scope: fleet }]);
    const taken = await muster.call('POST', '/api/access/service-accounts', owner, {
      name: 'Old Sensors',
      purpose: 'The same name',
      ownerId: owner.personId,
      reviewInDays: 9,
    });
    expect(taken.body['code']).toBe('taken');
    const retired = await muster.call('POST', `/api/access/service-accounts/${accountId}/retire`, owner, {
      reason: 'Not needed',
    });
    expect(retired.body).toMatchObject({ tokens: 1, grants: 1 });
    expect((await use(String(body['token']), 'GET', '/api/servers')).status).toBe(401);
    expect((await grant(accountId, 'auditor', fleet)).status).toBe(404);
    await create(owner.personId, name);
  });
});

test('the policy bounds the life of tokens and may ask for networks', async () => {
  const policy = { personDays: 7, serviceDays: 30, networksRequired: true };
  expect((await muster.call('PUT', '/api/access/token-policy', owner, policy)).status).toBe(202);
  const ask = (wish: object) =>
    muster.call('POST', '/api/account/tokens', owner, {
      name: 'x',
      may: [{ role: 'auditor', scope: fleet }],
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
  const { token } = await make(person, { may: [{ role, scope }], days: 5, networks: [`${HOME}/32`] });
  expect((await use(token, 'GET', `/api/clients/${clientId}/dashboard`)).status).toBe(200);
  expect((await use(token, 'GET', '/api/servers')).status).toBe(403);
});

test('everybody’s tokens come page by page, each once', async () => {
  const list = async (more: string) =>
    (await muster.call('GET', `/api/access/tokens?ended=true${more}`, owner)).body as unknown as {
      tokens: { tokenId: string }[];
      next: string | null;
      inForce: { tokens: number };
    };
  const whole = await list('&limit=200');
  expect(whole.inForce.tokens).toBeGreaterThan(0);
  const paged: string[] = [];
  for (let next: string | null = ''; next !== null;) {
    const page: Awaited<ReturnType<typeof list>> = await list(`&limit=4${next === '' ? '' : `&after=${next}`}`);
    paged.push(...page.tokens.map(({ tokenId }) => tokenId));
    ({ next } = page);
  }
  expect(paged).toEqual(whole.tokens.map(({ tokenId }) => tokenId));
});
