// What the installed agent takes of a real server: at rest, beside a bare Node that holds one WebSocket open, and while
// fail2ban bans and blocks come in at the same time.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ApiClient } from '../../support/api-client.ts';
import { docker } from '../../lab/docker.ts';
import type { Lab } from '../../lab/lab.ts';
import type { Machine } from '../../lab/machine.ts';
import { median, shown, withinLimit, type Benchmark, type BenchTools, type Outcome } from '../benchmark.ts';
import { labOf } from '../lab.ts';
import { BANS_PER_SECOND, BLOCKS_PER_SECOND, Storm } from './storm.ts';
import { CostOverTime, costOfAgent, costOfProgram, type Cost } from './units.ts';

const name = 'agent-footprint';
/** One sample; and what an agent that has just started is given to come to rest. */
const SAMPLE_SECONDS = Number(process.env['MUSTER_BENCH_SECONDS'] ?? 60);
const REST_SECONDS = 2 * SAMPLE_SECONDS;
const STORM_SECONDS = SAMPLE_SECONDS / 2;
/** The root helper comes and goes within a sample. */
const LOOK_MS = 1000;
const RATIO = 1.15;
const IDLE_PERCENT = 0.3;
const WORKING_MEGABYTES = 110;
/** A copy of the agent's own Node under another name: pages of one file would be shared, and each side seem smaller. */
const BARE = '/opt/bare';

export const agentFootprint: Benchmark = {
  name,
  sentence: 'the installed agent on a real server, at rest and in a storm, against a bare Node with a WebSocket',
  run,
};

interface Sample {
  agent: Used;
  bare: Used;
}
interface Used {
  megabytes: number;
  percent: number;
  wakeUpsPerSecond: number;
}
interface Stormy extends Used {
  /** Share of what was to come each second that this machine got through in time. */
  pace: number;
}

async function run(tools: BenchTools): Promise<Outcome[]> {
  const lab = await labOf('footprint', { servers: 1, port: 7431 }, tools);
  const machine = lab.servers[0]?.machine;
  if (machine === undefined) throw new Error('A lab without servers.');
  const api = await lab.signIn();
  await startBare(lab, machine, tools);
  tools.say(`  ${REST_SECONDS} s until it has come to rest`);
  await sleep(REST_SECONDS * 1000);

  const idle: Sample[] = [];
  for (let round = 0; round < tools.rounds; round += 1) {
    const sample = await atRest(machine);
    idle.push(sample);
    tools.say(`  round ${round + 1} of ${tools.rounds}: agent ${inWords(sample.agent)}; bare ${inWords(sample.bare)}`);
  }
  const storms: Stormy[] = [];
  for (let round = 0; round < tools.rounds; round += 1) {
    const used = await inStorm(machine, api, round);
    storms.push(used);
    tools.say(`  storm ${round + 1} of ${tools.rounds}: ${inWords(used)}`);
  }
  const [bundle, tarball] = await sizes(lab);
  return outcomes(idle, storms, `bundle ${shown(bundle)} MB, download with its Node ${shown(tarball)} MB`);
}

function outcomes(idle: readonly Sample[], storms: readonly Stormy[], sizesInWords: string): Outcome[] {
  const of = (side: keyof Sample, what: keyof Used): number => median(idle.map((sample) => sample[side][what]));
  const storm = (what: keyof Stormy): number => median(storms.map((used) => used[what]));
  const rounds = idle.map(({ agent, bare }) => ({ ours: agent.megabytes, theirs: bare.megabytes }));
  const ratio = median(rounds.map(({ ours, theirs }) => ours / theirs));
  return [
    {
      name,
      measure: 'memory at rest (PSS of all its processes)',
      unit: 'MB',
      ours: of('agent', 'megabytes'),
      theirs: of('bare', 'megabytes'),
      ratio,
      ratioOf: 'ours/theirs',
      target: `at most ${RATIO}`,
      target_met: ratio <= RATIO,
      rounds,
      note: sizesInWords,
    },
    withinLimit({
      name,
      measure: 'processor at rest',
      unit: '%',
      limit: IDLE_PERCENT,
      ours: idle.map(({ agent }) => agent.percent),
      note: `the bare one takes ${shown(of('bare', 'percent'))} %; woken ${shown(of('agent', 'wakeUpsPerSecond'))} times a second, the bare one ${shown(of('bare', 'wakeUpsPerSecond'))}`,
    }),
    withinLimit({
      name,
      measure: 'most memory while its helper works',
      unit: 'MB',
      limit: WORKING_MEGABYTES,
      ours: storms.map(({ megabytes }) => megabytes),
      note: `${shown(BANS_PER_SECOND * storm('pace'))} bans of fail2ban and ${shown(BLOCKS_PER_SECOND * storm('pace'))} blocks a second, all of which arrived: ${shown(storm('percent'))} % of a processor, woken ${shown(storm('wakeUpsPerSecond'))} times a second`,
    }),
  ];
}

/** Both sides at the same time: what disturbs one disturbs the other. */
async function atRest(machine: Machine): Promise<Sample> {
  const look = () => Promise.all([costOfAgent(machine), costOfProgram(machine, BARE)]);
  const [first, began] = [await look(), performance.now()];
  const [agent, bare] = [new CostOverTime(first[0]), new CostOverTime(first[1])];
  while (performance.now() - began < SAMPLE_SECONDS * 1000) {
    await sleep(LOOK_MS);
    const [ours, theirs] = await look();
    agent.look(ours);
    bare.look(theirs);
  }
  const seconds = (performance.now() - began) / 1000;
  if (agent.total.processes === 0 || bare.total.processes === 0) throw new Error('One side does not run.');
  return { agent: used(agent.total, seconds), bare: used(bare.total, seconds) };
}

async function inStorm(machine: Machine, api: ApiClient, round: number): Promise<Stormy> {
  const storm = new Storm(machine, api, round);
  const [cost, began] = [new CostOverTime(await costOfAgent(machine)), performance.now()];
  let most = cost.total.megabytes;
  for (let second = 1; second <= STORM_SECONDS; second += 1) {
    await storm.oneSecond();
    cost.look(await costOfAgent(machine));
    most = Math.max(most, cost.total.megabytes);
    const left = began + second * 1000 - performance.now();
    if (left > 0) await sleep(left);
  }
  const seconds = (performance.now() - began) / 1000;
  const found = used(cost.total, seconds);
  await storm.arrived();
  await machine.sh('fail2ban-client unban --all');
  return { ...found, megabytes: most, pace: Math.min(1, STORM_SECONDS / seconds) };
}

function used(cost: Cost, seconds: number): Used {
  return {
    megabytes: cost.megabytes,
    percent: (cost.seconds / seconds) * 100,
    wakeUpsPerSecond: cost.wakeUps / seconds,
  };
}

const inWords = ({ megabytes, percent, wakeUpsPerSecond }: Used): string =>
  `${shown(megabytes)} MB, ${shown(percent)} %, woken ${shown(wakeUpsPerSecond)}/s`;

async function startBare(lab: Lab, machine: Machine, tools: BenchTools): Promise<void> {
  const host = new URL(lab.url).hostname;
  const sink = fork(fileURLToPath(new URL('../heartbeat/sink.ts', import.meta.url)), ['--bind', host], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  tools.cleanUp(async () => void sink.kill('SIGTERM'));
  const [port] = (await once(sink, 'message')) as [number];
  const ws = fileURLToPath(new URL('../../../node_modules/ws', import.meta.url));
  await machine.sh(`mkdir -p ${BARE}/node_modules && cp /opt/muster-agent/current/bin/node ${BARE}/bare-node`);
  await docker(['cp', '-L', ws, `${machine.container}:${BARE}/node_modules/ws`]);
  const program = fileURLToPath(new URL('bare.ts', import.meta.url));
  await docker(['cp', program, `${machine.container}:${BARE}/bare.ts`]);
  const flags = '--max-semi-space-size=1 --disable-warning=ExperimentalWarning';
  await machine.sh(
    `systemd-run --unit=bare -p Restart=no ${BARE}/bare-node ${flags} ${BARE}/bare.ts ws://${host}:${port}`,
  );
}

/** Megabytes of the agent's one file, and of what a server downloads. */
async function sizes(lab: Lab): Promise<[bundle: number, tarball: number]> {
  const shelf = join(lab.dataFolder, 'releases');
  const tarball = (await readdir(shelf)).find((file) => file.endsWith('.tar.gz')) ?? '';
  const bundle = fileURLToPath(new URL('../../../services/node-agent/dist/muster-agent.mjs', import.meta.url));
  const [one, whole] = await Promise.all([stat(bundle), stat(join(shelf, tarball))]);
  return [one.size / 1e6, whole.size / 1e6];
}
