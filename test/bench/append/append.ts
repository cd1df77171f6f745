// Real commands, acknowledged after commit, against the bare INSERT of a row: 32 at once and one at a time. The
// sequencer runs beside it and gives positions and signs, as it does in an installation.
import { fork } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { ensureKeys } from '@muster/control-plane/platform/keys/key-store';
import pg from 'pg';
import { median, type Benchmark, type BenchTools, type Outcome } from '../benchmark.ts';
import { LoadProcess, settle, startDatabase, type BenchDatabase, type Load } from '../ledger/database.ts';
import { hasPgbench, pgbench } from './pgbench.ts';
import { TABLE } from './plain-insert.ts';

const SECONDS = 4;
const CROWD = 32;

export const append: Benchmark = {
  name: 'append',
  sentence: 'real commands acknowledged after commit, against single INSERTs of a plain row',
  run,
};

interface Round {
  ours: Load;
  theirs: Load;
}

async function run(tools: BenchTools): Promise<Outcome[]> {
  const database = await startDatabase(tools);
  await database.create('muster');
  const admin = new pg.Client({ connectionString: database.url('postgres', 'muster') });
  await admin.connect();
  await admin.query(TABLE);
  await admin.end();
  await startSequencer(database, tools);
  const commander = new LoadProcess<{ clients: number; seconds: number }, Load>(
    fileURLToPath(new URL('commander.ts', import.meta.url)),
    [database.url('muster_app', 'muster'), database.folder],
    tools,
  );
  const { theirs, note } = await peer(database, tools);
  const ours = (clients: number, seconds: number): Promise<Load> => commander.ask({ clients, seconds });
  const crowd = await rounds(tools, database, CROWD, ours, theirs);
  const alone = await rounds(tools, database, 1, ours, theirs);
  return [
    outcome('commands per second, 32 at once', '1/s', crowd, (load) => load.perSecond, { atLeast: 1.5 }, note),
    outcome('p99 at 32 at once', 'ms', crowd, (load) => load.p99, { atMost: 1 }, note),
    outcome('p50 of one at a time', 'ms', alone, (load) => load.p50, { atMost: 1.6 }, note),
  ];
}

type Side = (clients: number, seconds: number) => Promise<Load>;

async function peer(database: BenchDatabase, tools: BenchTools): Promise<{ theirs: Side; note: string }> {
  const url = database.url('postgres', 'muster');
  if (await hasPgbench()) {
    return {
      theirs: (clients, seconds) => pgbench(url, database.folder, clients, seconds),
      note: 'against pgbench, prepared statements',
    };
  }
  tools.say('  pgbench is not on PATH (Debian: postgresql-contrib): comparing with INSERTs through the pg driver');
  const inserter = new LoadProcess<{ clients: number; seconds: number }, Load>(
    fileURLToPath(new URL('inserter.ts', import.meta.url)),
    [url],
    tools,
  );
  return {
    theirs: (clients, seconds) => inserter.ask({ clients, seconds }),
    note: 'no pgbench here: against single INSERTs through the pg driver, one connection per client',
  };
}

async function rounds(
  tools: BenchTools,
  database: BenchDatabase,
  clients: number,
  ours: Side,
  theirs: Side,
): Promise<Round[]> {
  await ours(clients, 2);
  await theirs(clients, 2);
  const done: Round[] = [];
  for (let round = 0; round < tools.rounds; round++) {
    const sides: [Side, Side] = round % 2 === 0 ? [ours, theirs] : [theirs, ours];
    const results: Load[] = [];
    for (const side of sides) {
      await settle(database);
      results.push(await side(clients, SECONDS));
    }
    const [first, second] = results as [Load, Load];
    const pair = round % 2 === 0 ? { ours: first, theirs: second } : { ours: second, theirs: first };
    done.push(pair);
    tools.say(
      `  ${clients} at once, round ${round + 1} of ${tools.rounds}: ours ${said(pair.ours)}; theirs ${said(pair.theirs)}`,
    );
  }
  return done;
}

function said({ perSecond, p50, p99 }: Load): string {
  return `${perSecond.toFixed(0)}/s, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
}

function outcome(
  measure: string,
  unit: string,
  pairs: readonly Round[],
  value: (load: Load) => number,
  target: { atLeast: number } | { atMost: number },
  note: string,
): Outcome {
  const numbers = pairs.map((pair) => ({ ours: value(pair.ours), theirs: value(pair.theirs) }));
  const ratio = median(numbers.map((pair) => pair.ours / pair.theirs));
  return {
    name: 'append',
    measure,
    unit,
    ours: median(numbers.map((pair) => pair.ours)),
    theirs: median(numbers.map((pair) => pair.theirs)),
    ratio,
    ratioOf: 'ours/theirs',
    target: 'atMost' in target ? `at most ${target.atMost}` : `at least ${target.atLeast}`,
    target_met: 'atMost' in target ? ratio <= target.atMost : ratio >= target.atLeast,
    rounds: numbers,
    note,
  };
}

export async function startSequencer(
  database: BenchDatabase,
  tools: BenchTools,
  { name = 'muster', checkpointSeconds = 1 } = {},
): Promise<void> {
  const keys = join(database.folder, `keys-${name}`);
  await mkdir(keys, { recursive: true });
  ensureKeys(keys, `bench.muster/${name}`, new Date());
  const child = fork(fileURLToPath(import.meta.resolve('@muster/control-plane/main/sequencer')), [], {
    execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
    env: {
      PATH: process.env['PATH'],
      MUSTER_DATABASE_URL_SEQUENCER: database.url('muster_sequencer', name),
      MUSTER_KEYS: keys,
      MUSTER_CHECKPOINT_SECONDS: String(checkpointSeconds),
      MUSTER_LOG_LEVEL: 'warn',
    },
  });
  tools.cleanUp(async () => {
    if (child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  });
  await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the sequencer ended with ${code}`)));
  });
}
