// A benchmark that somebody stops in the middle: no process of it is left, and no folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { descendants, everybody, isAlive, until } from './seen-processes.ts';

const BENCH = fileURLToPath(new URL('bench.ts', import.meta.url));

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
