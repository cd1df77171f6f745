// Grants: they stop pages and sockets when they end, cannot be stretched by whoever holds one, and explain themselves.
import { scopeKey, type GrantScope } from '@muster/contracts/access';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Matrix } from './testing/matrix.ts';
import type { Things } from './testing/matrix-rows.ts';

const reason = 'Tried by the spec';

let matrix: Matrix;
let mine: Things;
let theirs: Things;

beforeAll(async () => {
  matrix = await Matrix.start(['operator', 'contractor']);
  ({ mine, theirs } = matrix);
}, 120_000);
afterAll(() => matrix.muster.stop());

describe('a grant that ends', () => {
  test('stops page and socket within a second, and leaves its event', async () => {
    const until = new Date(Date.now() + 3000);
    const guest = await matrix.muster.person('Contractor for three seconds', {
      role: 'contractor',
      scope: { kind: 'server', serverId: mine.serverId },
      until,
    });
    const socket = await matrix.muster.socket(guest);
    const told: number[] = [];
    socket.on('access', () => told.push(Date.now()));
    const { granted } = await subscribe(socket, ['bans', `server:${mine.serverId}`]);
    expect(granted).toHaveLength(2);
    expect((await matrix.send('servers.GetServer', mine, guest)).status).toBe(200);
    await matrix.muster.until(() => Promise.resolve(told.length > 0), 6000);
    expect(told[0] ?? Infinity).toBeLessThan(until.getTime() + 1000);
    expect((await matrix.send('servers.GetServer', mine, guest)).status).toBe(403);
    expect((await subscribe(socket, ['bans'])).granted).toEqual([]);
    const { rows } = await matrix.muster.superuser.query<{ body: string }>(
      `select convert_from(body, 'UTF8') as body from es.events
       where event_type = 'access.GrantEnded' and stream_id = $1`,
      [`grants-${guest.personId}`],
    );
    expect(rows.map(({ body }) => JSON.parse(body) as object)).toMatchObject([{ why: 'expired' }]);
    socket.disconnect();
  });

  test('by being revoked stops them as well', async () => {
    const guest = await matrix.muster.person('Revoked', {
      role: 'operator',
      scope: { kind: 'group', groupId: mine.groupId },
    });
    const socket = await matrix.muster.socket(guest);
    const told = new Promise((resolve) => socket.on('access', resolve));
    const owner = await matrix.muster.owner();
    const { body } = await matrix.muster.call('GET', `/api/access/grants?holder=${guest.personId}`, owner);
    const [grant] = body['grants'] as { grantId: string }[];
    const revoked = await matrix.muster.call('POST', `/api/access/grants/${grant?.grantId}/revoke`, owner, { reason });
    expect(revoked.status).toBe(202);
    await told;
    expect((await matrix.send('servers.ListServers', mine, guest)).status).toBe(403);
    socket.disconnect();
  });

  test('must be foreseen for contractors; nobody grants to themselves or more than they have; the last owner stays', async () => {
    const owner = await matrix.muster.owner();
    const guest = await matrix.muster.person('Grantee');
    const give = (holderId: string, role: string, scope: GrantScope, as = owner) =>
      matrix.muster.call('POST', '/api/access/grants', as, { holderId, role, scope, until: null, reason });
    const endless = await give(guest.personId, 'contractor', { kind: 'server', serverId: mine.serverId });
    expect([endless.status, endless.body['detail']]).toEqual([400, expect.stringMatching(/must have an end/)]);
    const own = await give(owner.personId, 'auditor', { kind: 'fleet' });
    expect([own.status, own.body['code']]).toEqual([403, 'own-grant']);
    const defined = await matrix.muster.call('POST', '/api/access/roles', owner, {
      name: 'Group lead',
      permissions: ['access.grant.give', 'servers.servers.list'],
    });
    expect(defined.status, defined.text).toBe(202);
    const scope = { kind: 'group', groupId: mine.groupId } as const;
    const lead = await matrix.muster.person('Lead', { role: String(defined.body['roleId']), scope });
    const more = await give(guest.personId, 'operator', scope, lead);
    expect([more.status, more.body['code']]).toEqual([403, 'more-than-own']);
    expect((await give(guest.personId, 'auditor', { kind: 'fleet' }, lead)).body['code']).toBe('out-of-scope');
    expect((await give(guest.personId, 'auditor', { kind: 'group', groupId: theirs.groupId }, lead)).status).toBe(404);
    const { body } = await matrix.muster.call('GET', `/api/access/grants?holder=${owner.personId}`, owner);
    const [last] = body['grants'] as { grantId: string }[];
    const other = await matrix.muster.person('Second owner', {
      role: 'owner',
      scope: { kind: 'fleet' },
      until: new Date(Date.now() + 60_000),
    });
    const kept = await matrix.muster.call('POST', `/api/access/grants/${last?.grantId}/revoke`, other, { reason });
    expect([kept.status, kept.body['code']]).toEqual([409, 'last-owner']);
  });
});

describe('who can do this, and why', () => {
  type Explained = { grants: { role: string; scope: GrantScope; grantId: string }[]; next: string | null } & Record<
    'holders' | 'elsewhere',
    number
  >;
  const explained = async (more: string) =>
    (
      await matrix.muster.call(
        'GET',
        `/api/access/explain?permission=bans.address.block${more}`,
        await matrix.muster.owner(),
      )
    ).body as unknown as Explained;

  test('is every grant that holds the permission, or those that reach a server', async () => {
    const anywhere = await explained('');
    expect(anywhere.grants.some(({ role, scope }) => role === 'contractor' && scope.kind === 'server')).toBe(true);
    const there = await explained(`&server=${theirs.serverId}`);
    expect(new Set(there.grants.map(({ scope }) => scopeKey(scope)))).toEqual(new Set(['fleet']));
    expect(there.elsewhere).toBe(anywhere.grants.length - there.grants.length);
    expect(await explained(`&server=${newId()}`)).toMatchObject({ grants: [], holders: 0 });
  });

  test('asks of a server which scopes hold it, and finds those whose servers it is among', async () => {
    const { superuser } = matrix.muster;
    const own = await matrix.muster.server('own-web');
    await superuser.query('insert into muster.clients_servers values ($1, $2, $3, now())', [
      own,
      DEFAULT_TENANT,
      mine.clientId,
    ]);
    const scopesOf = ({ serverId, groupId, mark, clientId }: Things) =>
      [`client:${clientId}`, `group:${groupId}`, `server:${serverId}`, `tag:${mark}`] as const;
    const [client, ...servers] = scopesOf(mine);
    const all = [client, ...servers, ...scopesOf(theirs), `server:${own}`];
    const holding = async (serverId: string) => {
      const { rows } = await superuser.query<{ asked: string[]; among: string[] }>(
        `select array(select scope from muster.scopes_holding($1, $2) scope order by 1) as asked,
           array(select scope from unnest($2::text[]) scope
             where exists (select 1 from muster.servers_in(array[scope]) id where id = $1) order by 1) as among`,
        [serverId, all],
      );
      expect(rows[0]?.asked).toEqual(rows[0]?.among);
      return rows[0]?.asked;
    };
    expect(await holding(mine.serverId)).toEqual(servers);
    expect(await holding(theirs.serverId)).toEqual(scopesOf(theirs).slice(1));
    expect(await holding(own)).toEqual([client, `server:${own}`]);
    expect(await holding(newId())).toEqual([]);
  });

  test('comes page by page, each grant once and in the order of the whole', async () => {
    const whole = await explained('&limit=200');
    const paged: Explained['grants'] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: Explained = await explained(`&limit=3${next === '' ? '' : `&after=${next}`}`);
      expect(page.grants.length).toBeLessThanOrEqual(3);
      paged.push(...page.grants);
      ({ next } = page);
    }
    expect(paged.map(({ grantId }) => grantId)).toEqual(whole.grants.map(({ grantId }) => grantId));
    expect(whole.next).toBeNull();
    const wrong = await matrix.muster.call('GET', '/api/access/grants?after=nonsense', await matrix.muster.owner());
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('not a place in this list')]);
  });
});

async function subscribe(
  socket: Socket,
  topics: readonly string[],
): Promise<{ granted: { topic: string; revision: number }[] }> {
  return (await socket.timeout(2000).emitWithAck('subscribe', { topics })) as {
    granted: { topic: string; revision: number }[];
  };
}
