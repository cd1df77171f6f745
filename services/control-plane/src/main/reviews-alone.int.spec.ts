// An access review in a company of one: whoever is alone decides about their own access, with a second factor, and it is
// said for ever. As soon as somebody else could, it is theirs to decide.
import type { ReviewItemView, ReviewRow } from '@muster/contracts/reviews';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RunningMuster, type SignedIn } from './testing/running-muster.ts';

const fleet = { kind: 'fleet' } as const;
const reason = 'Owns the company';
let muster: RunningMuster;
let owner: SignedIn;

beforeAll(async () => {
  muster = await RunningMuster.start();
  owner = await muster.owner();
}, 60_000);
afterAll(() => muster.stop());

interface Shown {
  readonly review: ReviewRow;
  readonly items: readonly ReviewItemView[];
  readonly alone: boolean;
}
const read = async (reviewId: string, as = owner) =>
  (await muster.call('GET', `/api/reviews/${reviewId}`, as)).body as unknown as Shown;
const open = async () => String((await muster.call('POST', '/api/reviews', owner, {})).body['reviewId']);
const keep = (reviewId: string, itemId: string, as = owner) =>
  muster.call('POST', `/api/reviews/${reviewId}/items/${itemId}`, as, { decision: 'kept', reason });
const attest = (reviewId: string) =>
  muster.call('POST', `/api/reviews/${reviewId}/attest`, owner, { name: 'Olga Owner', statement: reason });
const proveBy = (factor: string) =>
  muster.superuser.query('update muster.access_sessions set factor = $2 where session_id = $1', [
    owner.sessionId,
    factor,
  ]);
async function said(reviewId: string, type: string): Promise<readonly Record<string, unknown>[]> {
  const { rows } = await muster.superuser.query<{ body: string }>(
    `select convert_from(body, 'UTF8') as body from es.events where event_type = $1 and stream_id = $2 order by stream_version`,
    [type, `review-${reviewId}`],
  );
  return rows.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
}

test('the only one who may decides about what is their own, with a second factor, and both events say so', async () => {
  // Neither could be a second pair of eyes: one is no person, the other's grant is for a part of the fleet.
  const account = await muster.call('POST', '/api/access/service-accounts', owner, {
    name: 'Robot',
    purpose: 'Reads',
    ownerId: owner.personId,
    reviewInDays: 30,
  });
  const role = await muster.call('POST', '/api/access/roles', owner, {
    name: 'Reviewer',
    permissions: ['reviews.item.decide'],
  });
  const grant = { role: String(role.body['roleId']), scope: fleet, until: null, reason };
  const given = await muster.call('POST', '/api/access/grants', owner, {
    ...grant,
    holderId: String(account.body['accountId']),
  });
  expect(given.status, given.text).toBe(202);
  await muster.person('Tim Tag', { role: String(role.body['roleId']), scope: { kind: 'tag', tag: 'web' } });

  const reviewId = await open();
  const { items, alone, review } = await read(reviewId);
  expect([alone, review.alone]).toEqual([true, 0]);
  const own = items.find((item) => item.own && item.kind === 'grant');
  expect(own).toMatchObject({ facts: expect.arrayContaining(['no-end']) as unknown });
  await proveBy('password');
  const bare = await keep(reviewId, own?.itemId ?? '');
  expect([bare.status, bare.body['code']]).toEqual([403, 'needs-second-factor']);
  await proveBy('totp');
  for (const { itemId } of items) expect((await keep(reviewId, itemId)).status).toBe(202);
  const ownItems = items.filter((item) => item.own).length;
  expect((await said(reviewId, 'reviews.ReviewItemDecided')).filter(({ alone: told }) => told === true)).toHaveLength(
    ownItems,
  );
  expect((await attest(reviewId)).status).toBe(202);
  expect(await said(reviewId, 'reviews.ReviewAttested')).toMatchObject([{ alone: true }]);
  expect((await read(reviewId)).review).toMatchObject({ state: 'attested', alone: ownItems });
});

test('what was kept alone is asked again as if nobody had looked', async () => {
  await muster.superuser.query(
    `update muster.access_grants set given_at = now() - interval '100 days' where ended_at is null`,
  );
  const { items } = await read(await open());
  expect(items.find((item) => item.own && item.kind === 'grant')?.facts).toContain('not-reviewed');
  expect(items.filter((item) => !item.own && item.kind === 'grant').flatMap(({ facts }) => facts)).not.toContain(
    'not-reviewed',
  );
});

test('as soon as somebody else may decide, it is theirs', async () => {
  const { reviews } = (await muster.call('GET', '/api/reviews', owner)).body as unknown as { reviews: ReviewRow[] };
  const reviewId = reviews.find(({ state }) => state !== 'attested')?.reviewId ?? '';
  const second = await muster.person('Second Owner', { role: 'owner', scope: fleet });
  const { items, alone } = await read(reviewId);
  expect(alone).toBe(false);
  const own = items.find((item) => item.own && item.kind === 'grant')?.itemId ?? '';
  const refused = await keep(reviewId, own);
  expect([refused.status, refused.body['code']]).toEqual([403, 'own-review']);
  expect((await keep(reviewId, own, second)).status).toBe(202);
  const decided = await said(reviewId, 'reviews.ReviewItemDecided');
  expect(decided.filter((event) => 'alone' in event)).toEqual([]);
});
