// The intake of new servers through a whole control plane: what the first scan finds waits for one decision per check, what
// comes later does not, and what is mended leaves the queue.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProbedServers } from './testing/probed-servers.ts';
import { RunningMuster, type SignedIn } from './testing/running-muster.ts';

let muster: RunningMuster;
let owner: SignedIn;
let servers: ProbedServers;
const serverIds: string[] = [];

beforeAll(async () => {
  muster = await RunningMuster.start();
  owner = await muster.owner();
  servers = new ProbedServers(muster);
  for (const name of ['taken-on-1', 'taken-on-2']) {
    const serverId = await muster.server(name);
    serverIds.push(serverId);
    await servers.scanned(serverId, 'debian-12-weak');
  }
  for (const check of ['ACC-001', 'SSH-003', 'SSH-004']) {
    await muster.until(async () => (await waiting(check))?.servers === 2, 30_000);
  }
}, 90_000);
afterAll(() => muster?.stop());

interface Group {
  readonly checkId: string;
  readonly servers: number;
  readonly findings: number;
  readonly owner?: string;
}
async function intake(): Promise<{ waiting: Group[]; assigned: Group[] }> {
  const { body } = await muster.call('GET', '/api/posture/intake', owner);
  return body as unknown as { waiting: Group[]; assigned: Group[] };
}
const waiting = async (id: string) => (await intake()).waiting.find(({ checkId }) => checkId === id);
const decide = (checkId: string, decision: object, target: object = { kind: 'fleet' }) =>
  muster.call('POST', '/api/posture/intake', owner, { checkId, target, decision, reason: 'Seen at the first scan' });
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

test('a first scan is a line per check, worst first', async () => {
  const { waiting: groups } = await intake();
  expect(groups.find(({ checkId }) => checkId === 'ACC-001')).toMatchObject({
    servers: 2,
    findings: 2,
    severity: 'critical',
    names: ['taken-on-1', 'taken-on-2'],
  });
  const order = groups.map((one) => ['critical', 'high', 'medium', 'low'].indexOf((one as never)['severity']));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
});

test('to accept it is one waiver for all of it', async () => {
  const answer = await decide('SSH-003', { kind: 'accept', until: inDays(30) });
  expect(answer.status, answer.text).toBe(202);
  expect(answer.body).toMatchObject({ findings: 2, needsSecond: false });
  await muster.until(async () => (await waiting('SSH-003')) === undefined);
  // Another read model than the one before.
  const waivers = async () => (await muster.call('GET', '/api/posture/waivers', owner)).body['waivers'] as object[];
  await muster.until(async () => (await waivers()).length > 0);
  expect(await waivers()).toContainEqual(expect.objectContaining({ state: 'standing', target: { kind: 'fleet' } }));
  expect((await decide('SSH-003', { kind: 'open' })).body['code']).toBe('nothing-to-decide');
});

test('whoever mends it has a due date, and is done when it is mended', async () => {
  expect((await decide('SSH-004', { kind: 'assign', dueAt: inDays(-1) })).body['code']).toBe('due-date');
  const [first = ''] = serverIds;
  const one = await decide('SSH-004', { kind: 'assign', dueAt: inDays(14) }, { kind: 'server', serverId: first });
  expect(one.status, one.text).toBe(202);
  await muster.until(async () => (await intake()).assigned.length === 1);
  expect((await intake()).assigned[0]).toMatchObject({ checkId: 'SSH-004', owner: 'Olga Owner', servers: 1 });
  expect(await waiting('SSH-004')).toMatchObject({ servers: 1, names: ['taken-on-2'] });
  await servers.report(first, await servers.reportOf('debian-12-hardened', 'sshd'));
  await muster.until(async () => (await intake()).assigned.length === 0, 15_000);
});

test('what opens once a server is known is no intake', async () => {
  const known = await muster.server('known-for-long');
  await servers.scanned(known, 'debian-12-hardened');
  await muster.until(async () => {
    const { rows } = await muster.superuser.query(
      'select 1 from muster.posture_judgements where server_id = $1 and judged_at is not null',
      [known],
    );
    return rows.length === 1;
  }, 15_000);
  await muster.superuser.query(
    `update muster.posture_judgements set first_at = now() - interval '2 hours' where server_id = $1`,
    [known],
  );
  await servers.report(known, await servers.reportOf('debian-12-weak', 'accounts'));
  await muster.until(async () => {
    const { rows } = await muster.superuser.query(
      `select 1 from muster.posture_findings where server_id = $1 and check_id = 'ACC-001' and to_at is null`,
      [known],
    );
    return rows.length === 1;
  }, 15_000);
  expect((await waiting('ACC-001'))?.servers).toBe(2);
});
