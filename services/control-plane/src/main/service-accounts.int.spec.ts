// Service accounts: what they may, who answers for them, and what becomes of them.
import type { GrantScope } from '@muster/contracts/access';
import { newId } from '@muster/kernel/ids';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningMuster, SignedIn } from './testing/running-muster.ts';
import { FLEET, TokensUnderTest } from './testing/tokens-under-test.ts';

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
    const blocked = await up.use(token, 'POST', '/api/bans/blocks', {
      range: '203.0.113.5',
      target: { kind: 'server', serverId },
      seconds: 600,
      reason: 'Scans',
    });
    expect(blocked.status, blocked.text).toBe(202);
    expect((await up.use(token, 'GET', `/api/servers/${otherServerId}`)).status).toBe(404);
    const shown = await muster.call('GET', '/api/audit/entries?type=bans.AddressBlocked', owner);
    expect(shown.text).toContain('sensors');
    expect(await listed(accountId)).toMatchObject({ owner: { name: 'Keeper' }, grants: 1, tokens: 1, flags: [] });
  });

  test('is no ladder: who may make its tokens gets no more through it than he has', async () => {
    const accountId = await create((await muster.person('Answers')).personId);
    await grant(accountId, 'operator', FLEET);
    const defined = await muster.call('POST', '/api/access/roles', owner, {
      name: 'Token clerk',
      permissions: ['access.service-token.make', 'servers.servers.list'],
    });
    const clerk = await muster.person('Clerk', { role: String(defined.body['roleId']), scope: FLEET });
    const answer = await tokenFor(accountId, [{ role: 'operator', scope: FLEET }], clerk);
    expect([answer.status, answer.body['code']], answer.text).toEqual([403, 'more-than-own']);
  });

  test('is flagged when its owner or a maker of its tokens leaves, until somebody has looked', async () => {
    const scope = FLEET;
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
    expect((await up.use(String(made.body['token']), 'GET', '/api/servers')).status).toBe(200);
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
    const flagged = (await up.events('access.ServiceAccountFlagged')).filter(
      ({ data }) => data['accountId'] === accountId,
    );
    expect(flagged).toHaveLength(1);
  });

  test('that is retired can do nothing more, and its name is free again', async () => {
    const name = 'old sensors';
    const accountId = await create(owner.personId, name);
    await grant(accountId, 'auditor', FLEET);
    const { body } = await tokenFor(accountId, [{ role: 'auditor', scope: FLEET }]);
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
    expect((await up.use(String(body['token']), 'GET', '/api/servers')).status).toBe(401);
    expect((await grant(accountId, 'auditor', FLEET)).status).toBe(404);
    await create(owner.personId, name);
  });
});
