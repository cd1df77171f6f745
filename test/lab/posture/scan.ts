// A whole scan of a lab server, by us and by Lynis: what each found, and what it took of the server.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { docker } from '../docker.ts';
import type { Machine } from '../machine.ts';

export type Verdicts = { check: string; state: string; subjects: string[] }[];

export interface Took {
  wallSeconds: number;
  /** Of a processor, with all programs that were run. */
  processorSeconds: number;
}

export interface LynisReport {
  tested: ReadonlySet<string>;
  /** Warnings and suggestions: the test's id and what it says. */
  said: readonly { id: string; text: string }[];
}

const PLACE = '/opt/muster-scan';
const DEADLINE_MS = 300_000;

/** Puts the probes, the checks and a Node on the server, as the agent brings them. */
export async function bringScanner(machine: Machine): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-scan-'));
  try {
    const bundle = join(folder, 'scanner.mjs');
    await build({
      entryPoints: [join(import.meta.dirname, 'scanner.ts')],
      outfile: bundle,
      ...{ bundle: true, platform: 'node', target: 'node24', format: 'esm', conditions: ['source'], logLevel: 'error' },
    });
    await machine.sh(`mkdir -p ${PLACE}`);
    await docker(['cp', bundle, `${machine.container}:${PLACE}/scanner.mjs`]);
    await docker(['cp', '-L', process.execPath, `${machine.container}:${PLACE}/node`], 120_000);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export async function scan(machine: Machine): Promise<Took & { verdicts: Verdicts }> {
  const { took, stdout } = await timed(machine, `${PLACE}/node ${PLACE}/scanner.mjs`);
  return { ...took, verdicts: JSON.parse(stdout) as Verdicts };
}

/** The audit that Lynis does when nobody tells it to leave anything out. */
export async function lynis(machine: Machine): Promise<Took & { report: LynisReport }> {
  const { took } = await timed(machine, 'lynis audit system --quick --no-colors --quiet >/dev/null');
  const text = await machine.sh('cat /var/log/lynis-report.dat');
  return { ...took, report: parseLynisReport(text) };
}

/** `lynis-report.dat`: a key and a value a line, lists with `[]` or with bars between. */
function parseLynisReport(text: string): LynisReport {
  const lines = text.split('\n').map((line) => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)] as const;
  });
  const tested = lines.filter(([key]) => key === 'tests_executed').flatMap(([, ids]) => ids.split('|'));
  const said = lines
    .filter(([key]) => key === 'warning[]' || key === 'suggestion[]')
    .map(([, value]) => {
      const [id = '', ...words] = value.split('|');
      return { id, text: words.filter((word) => word !== '' && word !== '-').join(': ') };
    });
  return { tested: new Set(tested), said };
}

/** Of a process and of all it waited for, by the shell that waits for it. */
async function timed(machine: Machine, line: string): Promise<{ took: Took; stdout: string }> {
  const script = `TIMEFORMAT='%R %U %S'; time { ${line}; }`;
  const ran = await machine.trySh(`bash -c '${script.replaceAll("'", `'\\''`)}'`, { deadlineMs: DEADLINE_MS });
  const words = /(\d+\.\d+) (\d+\.\d+) (\d+\.\d+)\s*$/.exec(ran.stderr)?.slice(1).map(Number);
  const [wall = 0, user = 0, kernel = 0] = words ?? [];
  if (words === undefined || ran.code !== 0)
    throw new Error(`${line} ended with ${ran.code}: ${ran.stderr.slice(-2000)}`);
  return { took: { wallSeconds: wall, processorSeconds: user + kernel }, stdout: ran.stdout };
}
