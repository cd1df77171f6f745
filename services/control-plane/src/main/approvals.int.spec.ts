// What somebody answers for is no finding: an approval closes it and is named on its page, a withdrawal opens it again at
// once, and so does the day of the review, without anybody asking the server.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProbedServers } from './testing/probed-servers.ts';
import { RunningMuster, type SignedIn } from './testing/running-muster.ts';

let muster: RunningMuster;
let owner: SignedIn;
let serverId: string;

beforeAll(async () => {
  muster = await RunningMuster.start();
  owner = await muster.owner();
  serverId = await muster.server('approved-web');
  await new ProbedServers(muster).scanned(serverId, 'debian-12-weak');
  await muster.until(async () => (await states()).every((state) => state === 'fail'), 20_000);
}, 90_000);
afterAll(() => muster?.stop());

const KINDS = { 'KEY-006': 'keys', 'ACC-005': 'administrators', 'PER-001': 'cron', 'FW-003': 'ports' } as const;
type Judged = keyof typeof KINDS;
const JUDGED = Object.keys(KINDS) as Judged[];

interface Check {
  readonly checkId: string;
  readonly state: string;
  readonly findings: { readonly findingId: string }[];
}
async function checkOf(id: string): Promise<Check> {
  const { body } = await muster.call('GET', `/api/posture/servers/${serverId}`, owner);
  const found = (body['checks'] as Check[]).find(({ checkId }) => checkId === id);
  if (found === undefined) throw new Error(`there is no ${id}`);
  return found;
}
const states = () => Promise.all(JUDGED.map(async (id) => (await checkOf(id)).state));
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
async function approve(id: Judged, reviewAt: string): Promise<void> {
  const answer = await muster.call('POST', `/api/posture/servers/${serverId}/baseline`, owner, {
    kind: KINDS[id],
    items: null,
    reason: 'It is meant to be there',
    reviewAt,
  });
  expect(answer.status, answer.text).toBe(202);
}
async function momentsOf(findingId: string): Promise<{ what: string; approval?: unknown }[]> {
  const { body } = await muster.call('GET', `/api/posture/servers/${serverId}/findings/${findingId}`, owner);
  return body['moments'] as { what: string; approval?: unknown }[];
}

test.concurrent.each(JUDGED)('%s is closed by the approval that its page names', async (id) => {
  const [finding] = (await checkOf(id)).findings;
  const reviewAt = inDays(90);
  await approve(id, reviewAt);
  await muster.until(async () => (await checkOf(id)).state === 'pass', 20_000);
  const [newest] = await momentsOf(finding?.findingId ?? '');
  expect(newest).toMatchObject({
    what: 'closed',
    approval: { owner: 'Olga Owner', approvedAt: expect.stringMatching(/^\d{4}-/) as unknown, reviewAt },
  });
});

test('a withdrawn approval opens it again', async () => {
  const { body } = await muster.call('GET', `/api/posture/inventory/cron?serverId=${serverId}`, owner);
  const items = (body['rows'] as { item: string }[]).map(({ item }) => item);
  await muster.call('POST', `/api/posture/servers/${serverId}/baseline/withdraw`, owner, {
    kind: 'cron',
    items,
    reason: 'Nobody remembers it',
  });
  await muster.until(async () => (await checkOf('PER-001')).state === 'fail', 20_000);
});

test('the day of the review opens it again by itself, and its items stand out', async () => {
  const [finding] = (
    await muster.superuser.query<{ finding_id: string }>(
      `select finding_id from muster.posture_findings where server_id = $1 and check_id = 'FW-003' limit 1`,
      [serverId],
    )
  ).rows;
  const standOut = async () => {
    const { body } = await muster.call(
      'GET',
      `/api/posture/inventory/ports?serverId=${serverId}&standsOut=true`,
      owner,
    );
    return (body['rows'] as { standsOut: string }[]).map((row) => row.standsOut);
  };
  await approve('FW-003', new Date(Date.now() + 6000).toISOString());
  expect((await checkOf('FW-003')).state).toBe('pass');
  await muster.until(async () => (await checkOf('FW-003')).state === 'fail', 20_000);
  const moments = await momentsOf(finding?.finding_id ?? '');
  expect(moments.slice(0, 2).map(({ what }) => what)).toEqual(['opened', 'closed']);
  await muster.until(async () => (await standOut()).includes('Its review is due'));
});
