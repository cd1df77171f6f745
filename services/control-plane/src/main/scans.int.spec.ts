// A scan that somebody asks for, through a whole control plane: one task per server, its progress beside the findings, and
// the bound on how many servers work at once.
import { newId } from '@muster/kernel/ids';
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
  serverId = await muster.server('scanned-web');
}, 60_000);
afterAll(() => muster?.stop());

const scan = (body: object, key?: string) =>
  muster.send(
    'POST',
    '/api/posture/scans',
    { cookie: owner.cookie, 'x-muster-csrf': owner.csrf, ...(key === undefined ? {} : { 'idempotency-key': key }) },
    body,
  );
async function progress(): Promise<Record<string, unknown> | null> {
  const { body } = await muster.call('GET', `/api/posture/servers/${serverId}`, owner);
  return body['scan'] as Record<string, unknown> | null;
}
async function tasksOf(operationId: unknown): Promise<{ task_id: string; args: { probes: string[] | null } }[]> {
  const { rows } = await muster.superuser.query<{ task_id: string; args: { probes: string[] | null } }>(
    `select task_id, args from muster.operations_tasks where operation_id = $1 and task = 'posture.scan@1'`,
    [operationId],
  );
  return rows;
}
/** As the gateway writes it down when the server has said so. */
const becomes = (taskId: string, state: string, changes = '') =>
  muster.superuser.query(`update muster.operations_tasks set state = $2 ${changes} where task_id = $1`, [
    taskId,
    state,
  ]);

test('asks the server for all of it, once, and says how far that is', async () => {
  expect(await progress()).toBeNull();
  const key = newId();
  const asked = await scan({ target: { kind: 'server', serverId } }, key);
  expect(asked.status, asked.text).toBe(202);
  expect(asked.body).toMatchObject({ servers: 1, skipped: 0, replayed: false });
  expect((await scan({ target: { kind: 'server', serverId } }, key)).body).toMatchObject({
    operationId: asked.body['operationId'],
    replayed: true,
  });
  await muster.until(async () => (await tasksOf(asked.body['operationId'])).length > 0);
  const tasks = await tasksOf(asked.body['operationId']);
  expect(tasks.map(({ args }) => args)).toEqual([{ probes: null }]);
  expect(await progress()).toMatchObject({ state: 'asked', reports: 0, finishedAt: null, error: null });

  const taskId = tasks[0]?.task_id ?? '';
  await becomes(taskId, 'accepted', ', released_at = clock_timestamp()');
  for (const name of ['sshd', 'accounts']) {
    await servers.report(serverId, await servers.reportOf('debian-12-weak', name));
  }
  expect(await progress()).toMatchObject({ state: 'scanning', reports: 2 });
  await becomes(taskId, 'succeeded', ', finished_at = clock_timestamp()');
  expect(await progress()).toMatchObject({ state: 'answered', finishedAt: expect.any(String) as string });
});

test('asks for what one check reads alone, and counts those reports', async () => {
  const { body } = await scan({ target: { kind: 'server', serverId }, checkId: 'SSH-001' });
  await muster.until(async () => (await tasksOf(body['operationId'])).length > 0);
  expect((await tasksOf(body['operationId'])).map(({ args }) => args)).toEqual([{ probes: ['sshd'] }]);
  expect(await progress()).toMatchObject({ operationId: body['operationId'], state: 'asked', of: 1 });
  expect((await scan({ target: { kind: 'server', serverId }, checkId: 'ZZZ-999' })).status).toBe(404);
});

test('says so when the agent is too old to be asked', async () => {
  const { body } = await scan({ target: { kind: 'server', serverId } });
  await muster.until(async () => (await tasksOf(body['operationId'])).length > 0);
  const [task] = await tasksOf(body['operationId']);
  const now = new Date().toISOString();
  const receipt = {
    ...{ v: 1, task: task?.task_id, server: serverId, envelope: 'a'.repeat(64), outcome: 'refused' },
    ...{ error: 'This agent knows no task posture.scan@1', code: 'unknown-task', startedAt: now, finishedAt: now },
    ...{ before: null, after: null, evidence: {} },
  };
  await muster.superuser.query(
    `update muster.operations_tasks set state = 'failed', finished_at = now(), error = $2, receipt_body = $3 where task_id = $1`,
    [task?.task_id, receipt.error, Buffer.from(JSON.stringify(receipt))],
  );
  expect(await progress()).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('of a release that cannot be asked') as string,
  });
});

test('asks a group without those that only observe, and refuses where nobody takes tasks', async () => {
  const observing = await muster.server('observing-web');
  await muster.superuser.query('update muster.servers_servers set observe_only = true where server_id = $1', [
    observing,
  ]);
  const { body: made } = await muster.call('POST', '/api/groups', owner, {
    name: 'Scanned group',
    serverIds: [serverId, observing],
  });
  const grouped = await scan({ target: { kind: 'group', groupId: made['groupId'] } });
  expect(grouped.body).toMatchObject({ servers: 1, skipped: 1 });
  const alone = await scan({ target: { kind: 'server', serverId: observing } });
  expect([alone.status, alone.body['code']]).toEqual([409, 'only-observed']);
});

test('stands among the operations of a group that holds the server, and of no other', async () => {
  const groupOf = async (name: string, server: string): Promise<string> =>
    String((await muster.call('POST', '/api/groups', owner, { name, serverIds: [server] })).body['groupId']);
  const asked = await groupOf('Asked', serverId);
  const spared = await groupOf('Spared', await muster.server('spared-web'));
  const { body } = await scan({ target: { kind: 'server', serverId } });
  const isListed = async (question: string): Promise<boolean> => {
    const { body: list } = await muster.call('GET', `/api/operations?limit=200&${question}`, owner);
    return (list['operations'] as { operationId: string }[]).some((one) => one.operationId === body['operationId']);
  };
  await muster.until(() => isListed(`group=${asked}`));
  expect(await isListed(`group=${asked}&state=open`)).toBe(true);
  expect(await isListed(`group=${asked}&state=done`)).toBe(false);
  expect(await isListed(`group=${spared}`)).toBe(false);
  expect((await muster.call('GET', `/api/operations?group=${newId()}`, owner)).status).toBe(404);
});

test('has no more than 500 servers work at once', async () => {
  await muster.superuser.query(
    `insert into muster.servers_servers select (jsonb_populate_record(s, jsonb_build_object(
         'server_id', gen_random_uuid(), 'name', 'many-' || n))).*
     from muster.servers_servers s, generate_series(1, 501) n where s.server_id = $1`,
    [serverId],
  );
  const asked = await scan({ target: { kind: 'fleet' } });
  expect([asked.status, asked.body['code']]).toEqual([409, 'too-many-servers']);
  expect(asked.body['detail']).toMatch(/503 servers work at once; 500 may/);
});
