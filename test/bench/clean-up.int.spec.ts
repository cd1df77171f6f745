// A benchmark that somebody stops in the middle: no process of it is left, and no folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';

const BENCH = fileURLToPath(new URL('bench.ts', import.meta.url));
/** A process as nobody else will be: ids come again, the moment of a start does not. */
interface Known {
  pid: number;
  startedAt: string;
  command: string;
}

test.each([
  ['Ctrl-C while it starts, which npm sends once more,', ['SIGINT', 'SIGINT'], 'initdb'],
  ['the end of a service while it measures', ['SIGTERM'], 'rebuilder'],
] as const)(
  '%s leaves nothing behind',
  async (_, signals, program) => {
    const bench = spawn(process.execPath, ['--conditions=source', BENCH, 'rebuild'], {
      env: { ...process.env, MUSTER_BENCH_EVENTS: '20000' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [bench.stdout, bench.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
    const ended = once(bench, 'exit');
    const children = await until(
      () => {
        const found = descendants(bench.pid ?? 0);
        return found.some(({ command }) => command.includes(program)) ? found : undefined;
      },
      () => said,
    );
    const folder = /\/[^\s=]*muster-bench-[^/\s]+/.exec(children.map(({ command }) => command).join('\n'))?.[0] ?? '';
    expect(existsSync(folder)).toBe(true);
    for (const signal of signals) bench.kill(signal);
    const [code] = (await ended) as [number | null];
    expect(code, said).toBe(130);
    expect(existsSync(folder)).toBe(false);
    expect(children.filter(isAlive), said).toEqual([]);
    expect(everybody().filter(({ command }) => command.includes(folder))).toEqual([]);
  },
  60_000,
);

async function until<Found>(look: () => Found | undefined, said: () => string): Promise<Found> {
  const deadline = Date.now() + 40_000;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`What was waited for did not come. It said:\n${said()}`);
    await sleep(50);
  }
}

function descendants(of: number): Known[] {
  const all = everybody();
  const found: Known[] = [];
  for (let parents = [of]; parents.length > 0;) {
    const children = all.filter(({ parent }) => parents.includes(parent));
    found.push(...children);
    parents = children.map(({ pid }) => pid);
  }
  return found;
}

const isAlive = ({ pid, startedAt }: Known): boolean =>
  everybody().some((other) => other.pid === pid && other.startedAt === startedAt);

function everybody(): (Known & { parent: number })[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state, parent, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return state === 'Z' ? [] : [{ pid: Number(name), parent: Number(parent), startedAt: fields[17] ?? '', command }];
    } catch {
      // It ended while we looked.
      return [];
    }
  });
}
