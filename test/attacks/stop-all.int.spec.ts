// Stop-all on real processes with two real connections: from its moment on nothing reaches a server, what a server has in
// hand is cancelled where it still can be, and what had waited goes on when the stop is lifted.
import { setTimeout as sleep } from 'node:timers/promises';
import { BlockAddress, LiftBlock } from '@muster/contracts/bans';
import { GetOperation, GetStop, LiftStop, StopDispatch } from '@muster/contracts/operations';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SimulatedIdentity } from '../fleet/identity.ts';
import { eventually } from '../e2e/support/lab-under-test.ts';
import { entrust } from '../support/agents.ts';
import { RawAgent } from './support/raw-agent.ts';
import { UnderAttack } from './support/under-attack.ts';

let up: UnderAttack;
let identity: SimulatedIdentity;
let database: pg.Client;
const reason = 'Blocks nobody asked for';
/** Several rounds of dispatcher, sweep and signer. */
const ROUNDS_MS = 3500;

beforeAll(async () => {
  up = await UnderAttack.begin({ MUSTER_SWEEP_SECONDS: '1' });
  identity = await up.goodServer('fra-web-01');
  database = new pg.Client({ connectionString: up.database.url });
  await database.connect();
}, 120_000);
afterAll(async () => {
  await database?.end();
  await up?.end();
}, 60_000);

const block = (range: string) =>
  up.client.call(BlockAddress, {
    range,
    target: { kind: 'server', serverId: identity.server },
    seconds: 3600,
    reason,
  });
const countOf = async (type: string, operationId: string) => {
  const { rows } = await database.query<{ n: number }>(
    `select count(*)::int as n from es.events e join muster.operations_tasks t on e.stream_id = 'task-' || t.task_id
     where e.event_type = $1 and t.operation_id = $2`,
    [type, operationId],
  );
  return rows[0]?.n ?? 0;
};
const operation = (operationId: string) => up.client.call(GetOperation, { operationId });

it('holds everything until it is lifted, and says so to whoever asks', async () => {
  const { stopId } = await up.client.call(StopDispatch, { reason });
  const { stop } = await up.client.call(GetStop, {});
  expect(stop).toMatchObject({ stopId, reason });
  const { operationId, blockId } = await block('203.0.113.200');
  await eventually(
    'the task to be asked for',
    () => operation(operationId),
    ({ tasks }) => tasks.length === 1,
    15_000,
  );
  await sleep(ROUNDS_MS);
  expect(await countOf('operations.TaskReleased', operationId)).toBe(0);
  expect(await countOf('operations.TaskSigned', operationId)).toBe(0);
  expect((await operation(operationId)).tasks.map(({ state }) => state)).toEqual(['requested']);
  await expect(up.client.call(StopDispatch, { reason })).rejects.toThrow(/stopped already/);
  await up.client.call(LiftStop, { stopId, reason: 'Looked at it' });
  await eventually(
    'what had waited to be done',
    () => operation(operationId),
    ({ counts }) => counts.succeeded === 1,
    20_000,
  );
  expect((await up.client.call(GetStop, {})).stop).toBeNull();
  await up.client.call(LiftBlock, { blockId, reason });
});

it('cancels what a server has in hand, over the wire, and sends it nothing more', async () => {
  // An agent that takes its task and never answers.
  const slow = await up.agent('fra-web-02');
  const agent = new RawAgent(up.gateways.first);
  const beats = setInterval(() => agent.beat(), 1000);
  await agent.hello(slow);
  await entrust(up.client, slow.server);
  await agent.until('task', 20_000);
  const { stopId } = await up.client.call(StopDispatch, { reason });
  await agent.until('cancel', 20_000);
  const tasks = agent.frames.filter(({ t }) => t === 'task').length;
  const target = { kind: 'server', serverId: slow.server } as const;
  await up.client.call(BlockAddress, { range: '203.0.113.201', target, seconds: 3600, reason });
  await sleep(ROUNDS_MS);
  expect(agent.frames.filter(({ t }) => t === 'task')).toHaveLength(tasks);
  const { rows } = await database.query<{ actor: string }>(
    `select distinct convert_from(meta, 'UTF8')::json ->> 'actor' as actor from es.events
     where event_type = 'operations.OperationCancelRequested'`,
  );
  expect(rows).toEqual([{ actor: 'cancel-work-when-dispatch-stops' }]);
  await up.client.call(LiftStop, { stopId, reason: 'Looked at it' });
  clearInterval(beats);
  agent.end();
  await up.works(identity);
});
