// `npm test`. Checks, then unit and integration tests, then whatever else this machine can run; names each part that was
// left out and what it would need. MUSTER_TEST=all runs everything, and a part that cannot run is a failure.
import { runChecks } from '@muster/tooling/check';
import { leftOutParts, type Part } from './support/parts.ts';
import { runProject, type Tally } from './support/vitest-run.ts';

const everything = process.env['MUSTER_TEST'] === 'all';
const total: Tally = { passed: 0, failed: 0, skipped: [], failures: [] };
const timings: string[] = [];

await phase('check', async () => {
  const results = await runChecks();
  total.passed += results.filter((result) => result.passed).length;
  const failed = results.filter((result) => !result.passed);
  total.failed += failed.length;
  total.failures.push(...failed.map((result) => `check: ${result.name}`));
});
await phase('unit', () => addProjects(['unit', 'web'], 300_000));
await phase('integration', () => addProjects(['integration'], 780_000));

const { runnable, leftOut } = leftOutParts(everything);
for (const part of runnable) await phase(part.name, () => addProjects([part.name], part.deadlineMs));

console.log(`\nTime: ${timings.join(', ')}.`);
for (const failure of total.failures) console.log(`Failed: ${failure}`);
for (const skip of total.skipped) console.log(`Skipped: ${skip}.`);
for (const part of leftOut) console.log(`Left out: ${sentence(part)}`);
const skipped = total.skipped.length + leftOut.length;
if (everything) {
  console.log(`${total.passed} passed, ${total.failed + skipped} failed`);
} else {
  console.log(`${total.passed} passed, ${total.failed} failed, ${skipped} skipped`);
}
process.exitCode = total.failed > 0 || (everything && skipped > 0) ? 1 : 0;

async function phase(name: string, work: () => Promise<void>): Promise<void> {
  const started = Date.now();
  console.log(`\n== ${name}`);
  await work();
  timings.push(`${name} ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

async function addProjects(projects: readonly string[], deadlineMs: number): Promise<void> {
  const tally = await runProject(projects, deadlineMs);
  total.passed += tally.passed;
  total.failed += tally.failed;
  total.skipped.push(...tally.skipped);
  total.failures.push(...tally.failures);
}

function sentence(part: Part & { needs: string }): string {
  return `${part.name} (${part.proves}): ${part.needs}.`;
}
