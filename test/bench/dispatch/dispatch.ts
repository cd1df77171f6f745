// A command at the API, an event, a task per server, a position, a release, a signature, a delivery, until the agent would
// begin: against BullMQ that adds and processes a job and promises nothing. Both on the same Redis and machine.
import { setTimeout as sleep } from 'node:timers/promises';
import { BlockAddress } from '@muster/contracts/bans';
import { CreateGroup } from '@muster/contracts/servers';
import { compare, quantile, type Benchmark, type BenchTools, type Outcome } from '../benchmark.ts';
import type { Begun } from '../fleet/agents-process.ts';
import { Agents } from '../fleet/agents.ts';
import { enrolMembers } from '../fleet/members.ts';
import { startStage, type BenchStage } from '../fleet/stage.ts';
import { startBull } from './bull.ts';
import { startCostMeter, type CostMeter } from './cost.ts';

const SERVERS = Number(process.env['MUSTER_BENCH_SERVERS'] ?? 1000);
const BLOCKS_PER_BURST = 2;
const BULL_JOBS = 5000;
/** Half load is brought by blocks on groups of this size. */
const GROUP = 10;
const LATENCY_SECONDS = 5;
const LATENCY_LIMIT_MS = 150;
const DEADLINE_MS = 120_000;
/** The signer refuses more tasks of one kind in a minute than this. */
const MOST_PER_MINUTE = 18_000;

export const dispatch: Benchmark = {
  name: 'dispatch',
  sentence: `a block at the API until ${SERVERS} simulated agents would begin, against raw BullMQ`,
  run,
};

async function run(tools: BenchTools): Promise<Outcome[]> {
  const stage = await startStage(tools, {
    env: { MUSTER_LIMIT_HALF_OPEN_PER_ADDRESS: '1000', MUSTER_LIMIT_CONNECTIONS_PER_ADDRESS: '20000' },
  });
  const { members, file } = await enrolMembers(stage, { many: SERVERS, managed: true });
  const agents = new Agents(file, stage.installation.gatewayUrls[0] ?? '', 200, tools);
  await agents.untilConnected(SERVERS, 60_000);
  const road = new TaskRoad(stage, agents);
  // Each is entrusted with bans first, and told what is held already: two tasks.
  await road.settled(2 * SERVERS);
  const groups = await groupsOf(
    stage,
    members.map(({ server }) => server),
  );
  // Statements are planned by what the tables hold: autovacuum would have looked at them after a minute.
  await stage.admin.query('vacuum analyze');
  const bull = await startBull(stage.redisUrl, tools);

  const throughput = await compare(
    {
      name: 'dispatch',
      measure: 'tasks per second, API to agent',
      unit: '1/s',
      ratioOf: 'ours/theirs',
      target: { atLeast: 0.15 },
      ours: () => road.burst(BLOCKS_PER_BURST),
      theirs: () => bull.throughput(BULL_JOBS),
      note: `${BLOCKS_PER_BURST} blocks at once on ${SERVERS} agents; every task takes 3 events of the ledger before its agent begins, and one for its receipt`,
    },
    tools,
  );
  const rate = throughput.ours / 2;
  const bullP99: number[] = [];
  const latency = await compare(
    {
      name: 'dispatch',
      measure: `p99 at half load (${rate.toFixed(0)} tasks/s), request sent to agent`,
      unit: 'ms',
      ratioOf: 'ours/theirs',
      target: { atMost: 1 },
      ours: () => road.steady(rate, groups),
      theirs: async () => {
        bullP99.push(await bull.latency(rate, LATENCY_SECONDS));
        return LATENCY_LIMIT_MS;
      },
    },
    tools,
  );
  latency.note = `theirs is the limit; BullMQ alone at the same rate: p99 ${quantile(bullP99, 0.5).toFixed(1)} ms`;
  return [throughput, latency];
}

async function groupsOf({ client }: BenchStage, servers: readonly string[]): Promise<string[]> {
  const groups: string[] = [];
  for (let from = 0; from + GROUP <= Math.min(servers.length, 50 * GROUP); from += GROUP) {
    const { groupId } = await client.call(CreateGroup, {
      name: `Group ${from}`,
      serverIds: servers.slice(from, from + GROUP),
    });
    groups.push(groupId);
  }
  return groups;
}

/** Sends blocks and follows each of their tasks to the agent. */
class TaskRoad {
  private readonly stage: BenchStage;
  private readonly agents: Agents;
  private address = 0;
  /** Newest number of each server's lane. */
  private readonly last = new Map<string, number>();
  private readonly known = new Set<string>();
  private readonly signed: { at: number; many: number }[] = [];

  constructor(stage: BenchStage, agents: Agents) {
    this.stage = stage;
    this.agents = agents;
  }

  /** Tasks per second, from the first request to the last agent. */
  async burst(blocks: number): Promise<number> {
    const wanted = blocks * SERVERS;
    await this.roomFor(wanted);
    const cost = await startCostMeter(this.stage.installation, this.stage.admin);
    const began = now();
    const requests = Promise.all(Array.from({ length: blocks }, () => this.block({ kind: 'fleet' })));
    const tasks = await this.settled(wanted);
    await requests;
    await this.sayWhere(wanted, cost);
    return (wanted / (Math.max(...tasks.map(({ at }) => at)) - began)) * 1000;
  }

  /** p99 from the request to the agent, at a rate of tasks per second. */
  async steady(perSecond: number, groups: readonly string[]): Promise<number> {
    const requests = Math.round((perSecond / GROUP) * LATENCY_SECONDS);
    await this.roomFor(requests * GROUP);
    const cost = await startCostMeter(this.stage.installation, this.stage.admin);
    const sentAt = new Map<string, number>();
    const began = performance.now();
    const answers: Promise<string>[] = [];
    for (let index = 0; index < requests; index += 1) {
      const due = began + (index / requests) * LATENCY_SECONDS * 1000;
      if (due > performance.now()) await sleep(due - performance.now());
      const sent = now();
      const groupId = groups[index % groups.length] ?? '';
      answers.push(this.block({ kind: 'group', groupId }, (range) => sentAt.set(range, sent)));
    }
    const tasks = await this.settled(requests * GROUP);
    await Promise.all(answers);
    await this.sayWhere(requests * GROUP, cost);
    return quantile(
      tasks.map(({ at, args }) => at - (sentAt.get(rangeOf(args)) ?? Number.NaN)),
      0.99,
    );
  }

  /** Waits for so many tasks and checks that each lane came in its order. */
  async settled(wanted: number): Promise<Begun[]> {
    const tasks: Begun[] = [];
    const until = now() + DEADLINE_MS;
    while (tasks.length < wanted) {
      for (const task of await this.agents.tasks()) {
        if (this.known.has(task.task)) continue;
        this.known.add(task.task);
        const lane = `${task.server} ${task.lane}`;
        if (task.seq <= (this.last.get(lane) ?? 0)) throw new Error(`Task ${task.task} came out of its order.`);
        this.last.set(lane, task.seq);
        tasks.push(task);
      }
      if (now() > until) throw new Error(`${tasks.length} of ${wanted} tasks reached their agents.`);
      await sleep(20);
    }
    return tasks;
  }

  /** Processor time, and medians of the way from the task table: what to look at when the whole is slow. */
  private async sayWhere(tasks: number, cost: CostMeter): Promise<void> {
    this.stage.say(`    ms of a processor a task: ${cost.perTask(tasks)}`);
    const { rows } = await this.stage.admin.query<Record<'released' | 'signed' | 'taken', number>>(
      `select percentile_cont(0.5) within group (order by extract(epoch from released_at - requested_at) * 1000) as released,
         percentile_cont(0.5) within group (order by extract(epoch from signed_at - released_at) * 1000) as signed,
         percentile_cont(0.5) within group (order by extract(epoch from coalesce(finished_at, accepted_at) - signed_at) * 1000) as taken
       from (select * from muster.operations_tasks order by requested_at desc limit $1) as t`,
      [tasks],
    );
    const [{ released, signed, taken } = { released: 0, signed: 0, taken: 0 }] = rows;
    this.stage.say(
      `    medians: requested to released ${released.toFixed(0)} ms, to signed ${signed.toFixed(0)}, to answered ${taken?.toFixed(0)}`,
    );
  }

  private async block(
    target: { kind: 'fleet' } | { kind: 'group'; groupId: string },
    named: (range: string) => void = () => undefined,
  ): Promise<string> {
    this.address += 1;
    const range = `198.${18 + Math.floor(this.address / 65_536)}.${Math.floor(this.address / 256) % 256}.${this.address % 256}`;
    named(range);
    await this.stage.client.call(BlockAddress, { range, target, seconds: 3600, reason: 'Benchmark' });
    return range;
  }

  private async roomFor(many: number): Promise<void> {
    for (;;) {
      while ((this.signed[0]?.at ?? Infinity) < now() - 61_000) this.signed.shift();
      const lately = this.signed.reduce((sum, one) => sum + one.many, 0);
      if (lately + many <= MOST_PER_MINUTE || lately === 0) break;
      await sleep(1000);
    }
    this.signed.push({ at: now(), many });
  }
}

function rangeOf(args: unknown): string {
  const { add } = args as { add?: { range: string }[] };
  return add?.[0]?.range ?? '';
}

const now = (): number => performance.timeOrigin + performance.now();
