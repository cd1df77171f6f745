// The steps of the check, in the order in which they are cheap. The test command runs the same list.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface CheckStep {
  name: string;
  /** Said when it fails: how to mend it. */
  mend: string;
  command: string;
  args: readonly string[];
  /** Folder within the clone; its root when absent. */
  within?: string;
}

export interface CheckResult {
  name: string;
  passed: boolean;
}

const ROOT = join(import.meta.dirname, '../../..');
const DEADLINE_MS = 300_000;
const FENCED = ['shared', 'services', 'web/src', 'migrations', 'deploy', 'test'];

function tool(path: string, ...args: string[]): Pick<CheckStep, 'command' | 'args'> {
  return { command: process.execPath, args: [join('node_modules', path), ...args] };
}

export const STEPS: readonly CheckStep[] = [
  {
    name: 'format (prettier)',
    mend: 'Run: npm run format',
    ...tool('prettier/bin/prettier.cjs', '--check', '--cache', '--log-level=warn', '.'),
  },
  {
    // Lies in web/node_modules, which an installation empties; lint and types read it.
    name: 'what SvelteKit writes for the compiler (svelte-kit sync)',
    mend: 'Run svelte-kit sync in web.',
    command: process.execPath,
    args: ['../node_modules/@sveltejs/kit/svelte-kit.js', 'sync'],
    within: 'web',
  },
  {
    name: 'lint (oxlint)',
    mend: 'Rules stand in .oxlintrc.json.',
    ...tool('oxlint/bin/oxlint', '--deny-warnings', '--format=unix'),
  },
  {
    name: 'types (tsc in every workspace, svelte-check)',
    mend: 'Run tsc -p tsconfig.json in the workspace that is named.',
    ...tool(
      'turbo/bin/turbo',
      'run',
      'typecheck',
      '--output-logs=errors-only',
      '--log-order=grouped',
      '--no-update-notifier',
    ),
  },
  {
    name: 'fences (dependency-cruiser)',
    mend: 'The rule that is named explains itself in .dependency-cruiser.mjs.',
    ...tool(
      'dependency-cruiser/bin/dependency-cruiser.mjs',
      '--config',
      '.dependency-cruiser.mjs',
      '--output-type=err-long',
      ...FENCED,
    ),
  },
  {
    name: 'dead code (knip)',
    mend: 'Delete what nobody uses; knip.json lists the entry points.',
    ...tool('knip/bin/knip.js', '--no-progress', '--treat-config-hints-as-errors'),
  },
  {
    name: 'generated reference pages',
    mend: 'Run: npm run generate',
    command: process.execPath,
    args: ['--conditions=source', 'shared/tooling/generate/generate.ts', '--check'],
  },
  {
    name: 'database schema (migrations/schema.sql)',
    mend: 'Run: npm run schema -w @muster/migrations',
    command: process.execPath,
    args: ['--conditions=source', 'migrations/src/write-schema.ts', '--check'],
  },
];

/** A step's own word for "what I need is not here, nothing was compared"; its output says what that is. */
const NOT_ON_THIS_MACHINE = 3;

export async function runChecks(): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const step of STEPS) {
    const started = Date.now();
    const { code, output } = await run(step);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    const leftOut = code === NOT_ON_THIS_MACHINE;
    const passed = code === 0 || leftOut;
    console.log(`${leftOut ? 'LEFT OUT' : passed ? 'ok    ' : 'FAILED'} ${step.name} (${seconds} s)`);
    if (leftOut) console.log(output.trim());
    if (!passed) console.log(`${output.trim()}\n${step.mend}\n`);
    results.push({ name: step.name, passed });
  }
  return results;
}

async function run(step: CheckStep): Promise<{ code: number; output: string }> {
  return await new Promise((resolve) => {
    const child = spawn(step.command, step.args, {
      cwd: join(ROOT, step.within ?? ''),
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: DEADLINE_MS,
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', (error) => resolve({ code: 127, output: error.message }));
    child.once('close', (code, signal) => {
      const late = signal === null ? '' : `\nEnded by ${signal} after ${DEADLINE_MS / 1000} s.`;
      resolve({ code: code ?? 1, output: output + late });
    });
  });
}
