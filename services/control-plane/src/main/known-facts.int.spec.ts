// What the control plane itself knows comes into the judgement: an agent that falls silent, a clock that is off, a key whose
// owner has left, and a server that claims such a thing of itself is not believed.
import { ServerWentSilent } from '@muster/contracts/servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProbedServers } from './testing/probed-servers.ts';
import { RunningMuster, type SignedIn } from './testing/running-muster.ts';

let muster: RunningMuster;
let owner: SignedIn;
let servers: ProbedServers;
let serverId: string;

beforeAll(async () => {
  muster = await RunningMuster.start();
  owner = await muster.owner();
  servers = new ProbedServers(muster);
  serverId = await muster.server('known-web');
  await muster.superuser.query(
    `insert into muster.servers_presence (server_id, heard_at, boot_id, agent_version, machine_hash, clock_skew_ms)
     values ($1, now(), 'b', '0.2.0', repeat('0', 64), 12000)`,
    [serverId],
  );
  await servers.scanned(serverId, 'debian-12-weak');
  await muster.until(async () => (await checkOf('SSH-001')).state === 'fail', 20_000);
}, 90_000);
afterAll(() => muster?.stop());

interface Check {
  readonly checkId: string;
  readonly state: string;
  readonly findings: { readonly evidence: Record<string, unknown> }[];
}
async function checkOf(id: string): Promise<Check> {
  const { body } = await muster.call('GET', `/api/posture/servers/${serverId}`, owner);
  const found = (body['checks'] as Check[]).find(({ checkId }) => checkId === id);
  if (found === undefined) throw new Error(`there is no ${id}`);
  return found;
}
/** As a report with news would: the server is judged at the next turn. */
const judgeAgain = () =>
  muster.superuser.query(
    `update muster.posture_judgements set due_at = now() - interval '1 minute' where server_id = $1`,
    [serverId],
  );

test('a clock that is off is found without asking the server', async () => {
  expect((await checkOf('TIME-002')).findings.map(({ evidence }) => evidence)).toEqual([
    { clock: 'ahead', off: 'more than 10 s' },
  ]);
  expect((await checkOf('AGT-001')).state).toBe('pass');
});

test('a server that falls silent is judged at once', async () => {
  await muster.superuser.query(
    `update muster.servers_presence set silent = true, silent_since = now() where server_id = $1`,
    [serverId],
  );
  await muster.append(`server-${serverId}`, [[ServerWentSilent, { serverId, lastHeardAt: new Date().toISOString() }]]);
  await muster.until(async () => (await checkOf('AGT-001')).state === 'fail', 15_000);
  await muster.superuser.query(`update muster.servers_presence set silent = false where server_id = $1`, [serverId]);
  await judgeAgain();
  await muster.until(async () => (await checkOf('AGT-001')).state === 'pass', 15_000);
});

test('a key is somebody’s until he leaves', async () => {
  expect((await checkOf('KEY-002')).state).toBe('unknown');
  const security = await muster.person('Sam Security', { role: 'security', scope: { kind: 'fleet' } });
  const approved = await muster.call('POST', `/api/posture/servers/${serverId}/baseline`, security, {
    kind: 'keys',
    items: null,
    reason: 'All of them are known',
    reviewAt: new Date(Date.now() + 30 * 86_400_000).toISOString(),
  });
  expect(approved.status, approved.text).toBe(202);
  await muster.until(async () => {
    await judgeAgain();
    return (await checkOf('KEY-002')).state === 'pass';
  }, 20_000);
  const gone = await muster.call('POST', `/api/people/${security.personId}/offboard`, owner, { reason: 'He has left' });
  expect(gone.status, gone.text).toBe(202);
  await muster.until(async () => {
    await judgeAgain();
    return (await checkOf('KEY-002')).state === 'fail';
  }, 20_000);
  expect((await checkOf('KEY-002')).findings[0]?.evidence).toMatchObject({ owner: 'somebody who has left' });
});

test('what an agent says under the name of a source that is known here is not taken', async () => {
  const listeners = await servers.reportOf('debian-12-weak', 'listeners');
  await servers.report(serverId, { ...listeners, probe: 'agent-standing', reading: { link: null } });
  const { rows } = await muster.superuser.query(
    `select 1 from muster.posture_reports where server_id = $1 and probe = 'agent-standing'`,
    [serverId],
  );
  expect(rows).toEqual([]);
});

test('a duty that nobody attests fails on the servers it is about, until somebody does by his own name', async () => {
  const failing = async () => [(await checkOf('AGT-005')).state, (await checkOf('AGT-006')).state];
  expect(await failing()).toEqual(['fail', 'fail']);
  const today = new Date().toISOString().slice(0, 10);
  const attest = (body: object) =>
    muster.call('POST', '/api/posture/duties', owner, {
      duty: 'break-glass-drill',
      target: { kind: 'fleet' },
      doneOn: today,
      name: 'Olga Owner',
      note: 'Console and offline key of one server',
      ...body,
    });
  expect((await attest({ name: 'Somebody Else' })).body['detail']).toMatch(/Type your own name/);
  expect((await attest({ doneOn: '2020-01-01' })).body['code']).toBe('done-on');
  const done = await attest({});
  expect(done.status, done.text).toBe(202);
  await muster.until(async () => (await checkOf('AGT-005')).state === 'pass', 20_000);
  expect((await checkOf('AGT-006')).state).toBe('fail');
  const { body } = await muster.call('GET', '/api/posture/duties', owner);
  expect(body['attested']).toMatchObject([
    { duty: 'break-glass-drill', targetName: 'the fleet', by: 'Olga Owner', doneOn: today, overdue: false },
  ]);
});
