// Everybody's access comes back to be looked at: made from facts, decided by somebody else, attested by name.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ReviewItemView, ReviewRow } from '@muster/contracts/reviews';
import { RunningMuster, type Answer, type SignedIn } from './testing/running-muster.ts';

const fleet = { kind: 'fleet' } as const;
const reason = 'Still does the night shift';
let muster: RunningMuster;
let owner: SignedIn;
let second: SignedIn;

beforeAll(async () => {
  // An access review falls due at once, and is late four seconds later.
  muster = await RunningMuster.start({
    MUSTER_REVIEW_EVERY_DAYS: '0.00001',
    MUSTER_REVIEW_DUE_DAYS: String(4 / 86_400),
  });
  owner = await muster.owner();
  second = await muster.person('Second Owner', { role: 'owner', scope: fleet });
}, 60_000);
afterAll(() => muster.stop());

const get = async (path: string, as = owner) => (await muster.call('GET', path, as)).body;
const post = (path: string, body: object, as = owner): Promise<Answer> => muster.call('POST', path, as, body);
const reviews = async () => (await get('/api/reviews'))['reviews'] as ReviewRow[];
const attention = async (as = owner) =>
  (await get('/api/fleet', as))['attention'] as { kind: string; severity: string; subject: { text: string } }[];

const useToken = (token: string) => muster.send('GET', '/api/servers', { authorization: `Bearer ${token}` });

async function openReview(): Promise<{ review: ReviewRow; items: ReviewItemView[] }> {
  let found: ReviewRow | undefined;
  await muster.until(async () => {
    found = (await reviews()).find((review) => review.kind === 'access' && review.state !== 'attested');
    return found !== undefined;
  }, 10_000);
  return (await get(`/api/reviews/${found?.reviewId ?? ''}`)) as unknown as {
    review: ReviewRow;
    items: ReviewItemView[];
  };
}

/** Whoever may decide about each, does. */
async function keepTheRest(reviewId: string, items: readonly ReviewItemView[]): Promise<void> {
  for (const { itemId, holder, decision } of items) {
    if (decision !== null) continue;
    const by = holder.id === owner.personId ? second : owner;
    const answer = await post(`/api/reviews/${reviewId}/items/${itemId}`, { decision: 'kept', reason }, by);
    expect(answer.status, answer.text).toBe(202);
  }
}

test('a review opens by itself, is somebody’s duty, and raises an alarm when its day has come', async () => {
  const { review } = await openReview();
  expect(review).toMatchObject({ kind: 'access', attestedAt: null });
  expect([owner.personId, second.personId]).toContain(review.owner?.id);
  await muster.until(async () => (await attention()).some(({ kind }) => kind === 'review-overdue'), 10_000);
  await muster.until(async () => {
    const { rows } = await muster.superuser.query(
      `select 1 from es.events where event_type = 'reviews.ReviewOverdue' and stream_id = $1`,
      [`review-${review.reviewId}`],
    );
    return rows.length === 1;
  });
  // One at a time: what is late does not pile up.
  expect((await post('/api/reviews', {})).body['code']).toBe('open-already');
});

test('items are made from facts; revoking one ends it now; nobody decides about themselves', async () => {
  const first = await openReview();
  await keepTheRest(first.review.reviewId, first.items);
  const statement = 'Looked at each with the team';
  const wrongName = await post(`/api/reviews/${first.review.reviewId}/attest`, { name: 'Somebody Else', statement });
  expect([wrongName.status, wrongName.text]).toEqual([400, expect.stringContaining('your own name')]);
  // Who leaves and who stays, before the next one is made from them.
  const idle = await muster.person('Ivo Idle', { role: 'operator', scope: fleet });
  const bare = await muster.person('Bea Bare', { role: 'contractor', scope: { kind: 'tag', tag: 'web' } });
  for (const { personId } of [idle, bare]) {
    await muster.superuser.query(
      `insert into muster.access_credentials (person_id, password_hash, totp_secret) values ($1, 'hash', $2)`,
      [personId, personId === idle.personId ? Buffer.from('seed') : null],
    );
  }
  await muster.superuser.query(
    `update muster.access_sessions set used_at = now() - interval '100 days', created_at = now() - interval '100 days'
     where person_id = $1`,
    [idle.personId],
  );
  const made = await post(
    '/api/account/tokens',
    { name: 'Nightly export', may: [{ role: 'auditor', scope: fleet }], days: 90 },
    second,
  );
  const token = String(made.body['token']);
  expect((await useToken(token)).status, made.text).toBe(200);
  await muster.superuser.query(
    `update muster.access_token_keys set used_at = now() - interval '40 days' where token_id = $1`,
    [made.body['tokenId']],
  );
  const attested = await post(`/api/reviews/${first.review.reviewId}/attest`, { name: 'olga owner', statement });
  expect(attested.status, attested.text).toBe(202);

  await muster.until(async () => (await openReview()).review.reviewId !== first.review.reviewId, 10_000);
  const { review, items } = await openReview();
  const about = (who: SignedIn, kind: string) =>
    items.find((item) => item.holder.id === who.personId && item.kind === kind);
  expect(about(idle, 'account')).toMatchObject({ holder: { name: 'Ivo Idle' }, facts: ['unused-90'] });
  expect(about(idle, 'grant')).toMatchObject({
    what: 'Operator on the fleet',
    facts: ['dangerous', 'no-end'],
  });
  expect(about(bare, 'account')?.facts).toEqual(['no-second-factor']);
  // A contractor's grant ends, and holds nothing dangerous: nothing to ask.
  expect(about(bare, 'grant')).toBeUndefined();
  expect(about(owner, 'grant')).toMatchObject({ own: true, facts: ['dangerous', 'no-end'] });

  const unused = items.find(({ kind }) => kind === 'token');
  expect(unused).toMatchObject({
    what: 'Token “Nightly export”',
    facts: ['unused-30'],
    holder: { id: second.personId },
  });

  const item = (found: ReviewItemView | undefined) => `/api/reviews/${review.reviewId}/items/${found?.itemId ?? ''}`;
  const own = await post(item(about(owner, 'grant')), { decision: 'kept', reason });
  expect([own.status, own.body['code']]).toEqual([403, 'own-review']);
  const without = await post(item(about(idle, 'grant')), { decision: 'revoked', reason: '' });
  expect(without.status).toBe(400);
  const early = await post(`/api/reviews/${review.reviewId}/attest`, { name: 'Olga Owner', statement });
  expect([early.status, early.body['code']]).toEqual([409, 'undecided']);

  const ended = await post(item(about(idle, 'account')), { decision: 'revoked', reason: 'Nobody has seen him' });
  expect(ended.status, ended.text).toBe(202);
  const grants = (await get(`/api/access/grants?holder=${idle.personId}&ended=true`))['grants'] as object[];
  expect(grants).toMatchObject([{ endedWhy: 'offboarded' }]);
  const tokenEnded = await post(item(unused), { decision: 'revoked', reason: 'Nothing uses it' });
  expect(tokenEnded.status, tokenEnded.text).toBe(202);
  expect((await useToken(token)).status).toBe(401);
  const after = await openReview();
  expect(after.items.find((one) => one.itemId === about(idle, 'account')?.itemId)).toMatchObject({
    decision: 'revoked',
    reason: 'Nobody has seen him',
    over: true,
    decidedBy: { name: 'Olga Owner' },
  });
  await keepTheRest(review.reviewId, after.items);
  const done = await post(`/api/reviews/${review.reviewId}/attest`, { name: 'Second Owner', statement }, second);
  expect(done.status, done.text).toBe(202);
  expect((await reviews()).find(({ reviewId }) => reviewId === review.reviewId)).toMatchObject({
    state: 'attested',
    attestedBy: { name: 'Second Owner' },
    statement,
    undecided: 0,
    revoked: 2,
  });
});

test('is attested with a second factor, never with a password alone', async () => {
  const { review, items } = await openReview();
  await keepTheRest(review.reviewId, items);
  await muster.superuser.query(`update muster.access_sessions set factor = 'password' where session_id = $1`, [
    second.sessionId,
  ]);
  const answer = await post(
    `/api/reviews/${review.reviewId}/attest`,
    { name: 'Second Owner', statement: reason },
    second,
  );
  expect([answer.status, answer.body['code']]).toEqual([403, 'needs-second-factor']);
});

test('a grant that ends soon is told to its holder, its giver and the owners, and to nobody else', async () => {
  const until = new Date(Date.now() + 2.5 * 86_400_000);
  const holder = await muster.person('Carla Contractor');
  const given = await post('/api/access/grants', {
    holderId: holder.personId,
    role: 'auditor',
    scope: fleet,
    from: new Date(Date.now() - 30 * 86_400_000).toISOString(),
    until: until.toISOString(),
    reason,
  });
  expect(given.status, given.text).toBe(202);
  const other = await muster.person('Olaf Operator', { role: 'operator', scope: fleet });
  const told = async (as: SignedIn) => (await attention(as)).filter(({ kind }) => kind === 'grant-ending');
  await muster.until(async () => (await told(holder)).length === 1, 10_000);
  expect(await told(holder)).toMatchObject([{ severity: 'warn', subject: { text: 'Auditor on the fleet' } }]);
  expect(await told(owner)).not.toEqual([]);
  expect((await told(second)).some(({ subject }) => subject.text === 'Auditor on the fleet')).toBe(true);
  expect(await told(other)).toEqual([]);
});
