// `npm run test:chaos -- [--minutes N] [--without-redis] [--only TEXT]`: a storm over a whole installation. Every fault once,
// in order; then, until the time is over, in an order that nobody chose. Exit code 1 when anything failed, was lost,
// doubled or left open, when it did not recover, or when the ledger does not verify.
import { parseArgs } from 'node:util';
import { isClean } from './checks.ts';
import { Storm } from './storm.ts';
import { tableOf } from './table.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, 'without-redis': { type: 'boolean' }, only: { type: 'string' } },
});
const began = Date.now();
const until = began + Number(values.minutes ?? '0') * 60_000;
const say = (sentence: string): void => {
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, '0')}  ${sentence}`);
};

const storm = await Storm.gather({ say, withoutRedis: values['without-redis'] ?? false });
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (stopping = true));
try {
  const only = values.only ?? '';
  const faults = storm.faults.filter((fault) => fault.lacks === undefined && fault.name.includes(only));
  for (const { name, lacks } of storm.faults) if (lacks !== undefined) say(`left out: ${name} (${lacks})`);
  say(`${storm.stage.servers.length} servers, ${faults.length} faults`);
  for (let turn = 0; !stopping && (turn < faults.length || Date.now() < until); turn += 1) {
    const fault = turn < faults.length ? faults[turn] : faults[Math.floor(Math.random() * faults.length)];
    if (fault === undefined) break;
    const outcome = await storm.strike(fault);
    const how = outcome.recoveredMs === undefined ? 'NOT RECOVERED' : `${(outcome.recoveredMs / 1000).toFixed(1)} s`;
    say(`${isClean(outcome.findings) ? 'clean' : 'WRONG'}  ${fault.name}: ${outcome.actions} actions, ${how}`);
    for (const [kind, found] of Object.entries(outcome.findings) as [string, string[]][]) {
      for (const sentence of found.slice(0, 5)) say(`   ${kind}: ${sentence}`);
    }
  }
  const events = await storm.stage.size();
  const minutes = ((Date.now() - began) / 60_000).toFixed(1);
  console.log(`\n${tableOf(storm.outcomes)}\n`);
  console.log(
    `${minutes} minutes, ${storm.outcomes.length} faults, ${storm.operator.accepted.length} accepted actions on ${storm.stage.servers.length} servers, ${events} events in the ledger.`,
  );
  process.exitCode = storm.clean ? 0 : 1;
} finally {
  await storm.end();
}
