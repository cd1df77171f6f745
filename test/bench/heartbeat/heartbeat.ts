// Ten thousand agents that beat every ten seconds, their presence in PostgreSQL and their cosignatures checked, on one
// gateway: processor and memory of that process, beside a WebSocket server that throws every message away. Then the gateway
// is killed, and all come back at once.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median, shown, withinLimit, type Benchmark, type BenchTools, type Outcome } from '../benchmark.ts';
import { Agents } from '../fleet/agents.ts';
import { enrolMembers } from '../fleet/members.ts';
import { startStage, type BenchStage } from '../fleet/stage.ts';
import { processorSeconds, residentMegabytes } from '../process-cost.ts';

const AGENTS = Number(process.env['MUSTER_BENCH_AGENTS'] ?? 10_000);
const BEAT_SECONDS = 10;
const WINDOW_SECONDS = 15;
const GATEWAY = 'gateway 1';
/** Targets are for ten thousand; a smaller try is held to its share of the processor. */
const CORES = 0.3 * (AGENTS / 10_000);
const MEGABYTES = 350;
const STORM_SECONDS = 30;
/** A process that has been up for a minute is started again at once, one that ends sooner after a pause that grows. */
const RECOVERED_SECONDS = 61;

export const heartbeat: Benchmark = {
  name: 'heartbeat-10k',
  sentence: `${AGENTS} agents on one gateway, a beat each ${BEAT_SECONDS} s, against a raw ws sink`,
  run,
};

async function run(tools: BenchTools): Promise<Outcome[]> {
  const stage = await startStage(tools, {
    env: {
      MUSTER_HEARTBEAT_SECONDS: String(BEAT_SECONDS),
      // All of them dial from one address here.
      MUSTER_LIMIT_HALF_OPEN_PER_ADDRESS: '1000',
      MUSTER_LIMIT_CONNECTIONS_PER_ADDRESS: '20000',
    },
  });
  const { file } = await enrolMembers(stage, { many: AGENTS, managed: false });
  tools.say(`  ${AGENTS} servers are enrolled`);
  const sink = await startSink(tools);
  const agents = new Agents(file, stage.installation.gatewayUrls[0] ?? '', 200, tools);
  await agents.untilConnected(AGENTS, 180_000);
  tools.say(`  ${AGENTS} agents are connected`);
  // What came with the connections is written and signed for by then.
  await sleep(BEAT_SECONDS * 1000);

  const windows: { cores: number; megabytes: number; sinkCores: number; sinkMegabytes: number; database: number }[] =
    [];
  for (let round = 0; round < tools.rounds; round += 1) {
    const gateway = stage.installation.pid(GATEWAY);
    const before = [processorSeconds(gateway), processorSeconds(sink)] as const;
    const databaseBefore = await databaseSeconds(stage);
    const began = performance.now();
    await sleep(WINDOW_SECONDS * 1000);
    const seconds = (performance.now() - began) / 1000;
    const window = {
      cores: (processorSeconds(gateway) - before[0]) / seconds,
      megabytes: residentMegabytes(gateway),
      sinkCores: (processorSeconds(sink) - before[1]) / seconds,
      sinkMegabytes: residentMegabytes(sink),
      database: since(databaseBefore, await databaseSeconds(stage)) / seconds,
    };
    windows.push(window);
    tools.say(
      `  window ${round + 1} of ${tools.rounds}: gateway ${shown(window.cores)} of a core, ${shown(window.megabytes)} MB; sink ${shown(window.sinkCores)}, ${shown(window.sinkMegabytes)} MB`,
    );
  }
  await everyoneIsPresent(stage);
  const storms: number[] = [];
  for (let round = 0; round < tools.rounds; round += 1) {
    if (round > 0) await sleep(RECOVERED_SECONDS * 1000);
    storms.push(await storm(stage, agents));
    tools.say(`  storm ${round + 1} of ${tools.rounds}: all back after ${shown(storms.at(-1) ?? 0)} s`);
  }
  const of = (pick: (window: (typeof windows)[number]) => number): number[] => windows.map(pick);
  return [
    withinLimit({
      name: 'heartbeat-10k',
      measure: 'processor of the gateway',
      unit: 'core',
      limit: CORES,
      ours: of(({ cores }) => cores),
      note: `the sink takes ${shown(median(of(({ sinkCores }) => sinkCores)))} of a core; PostgreSQL's connections of the gateway ${shown(median(of(({ database }) => database)))}`,
    }),
    withinLimit({
      name: 'heartbeat-10k',
      measure: 'memory of the gateway (RSS)',
      unit: 'MB',
      limit: MEGABYTES,
      ours: of(({ megabytes }) => megabytes),
      note: `the sink takes ${shown(median(of(({ sinkMegabytes }) => sinkMegabytes)))} MB`,
    }),
    withinLimit({
      name: 'heartbeat-10k',
      measure: 'gateway killed until all are back',
      unit: 's',
      limit: STORM_SECONDS,
      ours: storms,
      note: 'with the restart of the process, and with the agents on the same machine',
    }),
  ];
}

/** The process id of the sink, with as many connections as there are agents. */
async function startSink(tools: BenchTools): Promise<number> {
  const program = fileURLToPath(new URL('sink.ts', import.meta.url));
  const start = (args: string[]) => {
    const child = fork(program, args, { execArgv: ['--disable-warning=ExperimentalWarning'] });
    tools.cleanUp(async () => void child.kill('SIGTERM'));
    return child;
  };
  const sink = start([]);
  const [port] = (await once(sink, 'message')) as [number];
  await once(start(['--dial', String(port), '--many', String(AGENTS)]), 'message');
  return sink.pid ?? 0;
}

/** Processor seconds of PostgreSQL's processes that serve the gateway, by process. */
async function databaseSeconds({ admin }: BenchStage): Promise<ReadonlyMap<number, number>> {
  const { rows } = await admin.query<{ pid: number }>(
    `select pid from pg_stat_activity where usename = 'muster_gateway'`,
  );
  return new Map(rows.map(({ pid }) => [pid, processorSeconds(pid)]));
}

/** A connection that is not used for a while is closed: what its process took in the window is not known, and little. */
function since(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): number {
  return [...after].reduce((sum, [pid, seconds]) => sum + seconds - (before.get(pid) ?? 0), 0);
}

async function everyoneIsPresent({ admin }: BenchStage): Promise<void> {
  const { rows } = await admin.query<{ many: number }>(
    `select count(*)::int as many from muster.servers_presence
     where gateway_id is not null and heard_at > now() - make_interval(secs => $1)`,
    [BEAT_SECONDS + 5],
  );
  if (rows[0]?.many !== AGENTS) throw new Error(`Only ${rows[0]?.many} of ${AGENTS} servers were heard lately.`);
}

/** Seconds. */
async function storm({ installation }: BenchStage, agents: Agents): Promise<number> {
  const began = performance.now();
  const before = installation.pid(GATEWAY);
  installation.kill(GATEWAY);
  while (!installation.hasRestarted(GATEWAY, before)) await sleep(50);
  await agents.untilConnected(AGENTS, 180_000);
  return (performance.now() - began) / 1000;
}
