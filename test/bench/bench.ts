// `npm run bench -- [--json FILE] [--rounds N] [NAME…]`: runs benchmarks, prints a table, writes JSON, cleans up.
// A missed target is printed and named, and does not fail the command: a benchmark informs.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { BENCHMARKS } from './benchmarks.ts';
import { shown, type Outcome } from './benchmark.ts';
import { CleanUp } from './clean-up.ts';

const LEAST_ROUNDS = 5;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, rounds: { type: 'string', default: String(LEAST_ROUNDS) } },
});
const rounds = Number(values.rounds);
const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS);
const unknown = names.filter((name) => BENCHMARKS[name] === undefined);
const cleanUp = new CleanUp((error) => fail(`Something was left behind: ${String(error)}`));
const outcomes: Outcome[] = [];
const failures: string[] = [];

if (unknown.length > 0) {
  fail(`There is no benchmark "${unknown.join('", "')}". There are: ${Object.keys(BENCHMARKS).join(', ')}.`);
} else if (!Number.isInteger(rounds) || rounds < LEAST_ROUNDS) {
  fail(`--rounds is "${values.rounds}"; it must be a whole number from ${LEAST_ROUNDS}.`);
} else {
  // Every time and not once: npm passes on a Ctrl-C that the terminal has sent us as well.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.on('unhandledRejection', failAlone);
  for (const name of names) await runOne(name);
  if (!cleanUp.stopped.aborted) await report();
}

async function runOne(name: string): Promise<void> {
  const benchmark = await BENCHMARKS[name]?.();
  if (benchmark === undefined || cleanUp.stopped.aborted) return;
  const started = Date.now();
  console.log(`\n${name}: ${benchmark.sentence}`);
  try {
    const found = await benchmark.run({
      say: (sentence) => console.log(sentence),
      cleanUp: (action) => cleanUp.add(action),
      keep: (starting, end) => cleanUp.keep(starting, end),
      rounds,
      stopped: cleanUp.stopped,
    });
    outcomes.push(...found);
  } catch (error) {
    if (cleanUp.stopped.aborted) return;
    failures.push(`${name} could not be measured: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await cleanUp.run();
  }
  console.log(`${name} took ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

function stop(): void {
  if (cleanUp.stopped.aborted) return;
  // What is still being measured fails now, because what it uses goes away.
  process.on('uncaughtException', () => undefined);
  console.error('Stopped; what was started is ended.');
  void cleanUp.stop().then(() => process.exit(130));
}

/** What fails before anybody waits for it would end this process at once, with everything that it started left behind. */
function failAlone(reason: unknown): void {
  if (cleanUp.stopped.aborted) return;
  process.on('uncaughtException', () => undefined);
  fail(`It could not be measured: ${reason instanceof Error ? reason.message : String(reason)}`);
  void cleanUp.stop().then(() => process.exit(1));
}

/** Of all that was asked for: who stops us is not left with half of it in a file. */
async function report(): Promise<void> {
  printTable();
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(outcomes, null, 2)}\n`);
  for (const failure of failures) fail(failure);
}

function printTable(): void {
  console.log('');
  console.table(
    outcomes.map((outcome) => ({
      benchmark: outcome.name,
      measure: outcome.measure,
      ours: `${shown(outcome.ours)} ${outcome.unit}`,
      theirs: `${shown(outcome.theirs)} ${outcome.unit}`,
      ratio: `${shown(outcome.ratio)} (${outcome.ratioOf})`,
      target: outcome.target,
      met: outcome.target_met ? 'yes' : 'NO',
    })),
  );
  for (const { name, measure, note } of outcomes) if (note !== undefined) console.log(`${name}, ${measure}: ${note}`);
}

function fail(sentence: string): void {
  console.error(sentence);
  process.exitCode = 1;
}
