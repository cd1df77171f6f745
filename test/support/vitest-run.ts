// Runs vitest projects as a child within a deadline and counts what happened, file by file: a spec file that does not even
// load counts as one failure.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';

export interface Tally {
  passed: number;
  failed: number;
  /** Full names of tests that did not run. */
  skipped: string[];
  /** Where and what, one each. */
  failures: string[];
}

const ROOT = join(import.meta.dirname, '../..');

interface JsonReport {
  testResults: {
    name: string;
    status: string;
    message: string;
    startTime: number;
    endTime: number;
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
  }[];
}

export async function runProject(projects: readonly string[], deadlineMs: number): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-report-'));
  const reportFile = join(folder, 'report.json');
  // The condition is for what runs in vitest's own process (globalSetup); its workers get it from the configuration.
  const args = ['--conditions=source', join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--passWithNoTests'];
  const reporter = process.stdout.isTTY ? 'default' : join(import.meta.dirname, 'failures-reporter.ts');
  args.push(`--reporter=${reporter}`, '--reporter=json', `--outputFile.json=${reportFile}`, '--silent=passed-only');
  // Specs wait for PostgreSQL and for time more than they compute; vitest would leave a core free for somebody watching.
  args.push(`--maxWorkers=${availableParallelism() + 1}`);
  for (const project of projects) args.push('--project', project);
  try {
    const code = await run(args, deadlineMs);
    const tally = await count(reportFile);
    // Vitest can fail without a failed test: an error nobody caught, or the deadline.
    if (code !== 0 && tally.failed === 0) {
      tally.failed = 1;
      tally.failures.push(`${projects.join(' and ')}: vitest ended with exit code ${code}`);
    }
    return tally;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(args: readonly string[], deadlineMs: number): Promise<number> {
  return await new Promise((resolve) => {
    const env = process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1' };
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env });
    const late = setTimeout(() => {
      console.log(`This part did not end within ${deadlineMs / 1000} s and is stopped.`);
      child.kill('SIGINT');
      setTimeout(() => child.kill('SIGKILL'), 15_000).unref();
    }, deadlineMs);
    const passOn = (signal: NodeJS.Signals): boolean => child.kill(signal);
    process.on('SIGINT', passOn);
    process.on('SIGTERM', passOn);
    child.once('close', (code) => {
      clearTimeout(late);
      process.off('SIGINT', passOn);
      process.off('SIGTERM', passOn);
      resolve(code ?? 1);
    });
  });
}

async function count(reportFile: string): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: 0, skipped: [], failures: [] };
  let report: JsonReport;
  try {
    report = JSON.parse(await readFile(reportFile, 'utf8')) as JsonReport;
  } catch {
    // No test file matched, or vitest did not get as far as a report; its exit code tells which.
    return tally;
  }
  sayWhereTimeWent(report);
  for (const file of report.testResults) {
    const name = relative(ROOT, file.name);
    // Its set-up failed: one failure, of which the tests that never ran are the consequence.
    const neverRan = file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed');
    if (neverRan) {
      tally.failed += 1;
      tally.failures.push(`${name}: ${firstLine(file.message)}`);
    }
    for (const test of file.assertionResults) {
      if (test.status === 'passed') tally.passed += 1;
      else if (test.status === 'failed') {
        tally.failed += 1;
        tally.failures.push(`${name}: ${test.fullName}: ${firstLine(test.failureMessages[0] ?? '')}`);
      } else if (!neverRan) tally.skipped.push(`${name}: ${test.fullName}`);
    }
  }
  return tally;
}

const SLOW_MS = 10_000;
const NAMED = 6;

/** A part has a budget of minutes: whoever must shorten it should not have to look for where they go. */
function sayWhereTimeWent({ testResults }: JsonReport): void {
  const slow = testResults
    .map((file) => ({ name: relative(ROOT, file.name), ms: file.endTime - file.startTime }))
    .filter((file) => file.ms >= SLOW_MS)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, NAMED)
    .map((file) => `${file.name} ${(file.ms / 1000).toFixed(0)} s`);
  if (slow.length > 0) console.log(`Slowest: ${slow.join(', ')}.`);
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 300);
}
