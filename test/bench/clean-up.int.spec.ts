// A benchmark that somebody stops in the middle, or that fails where nobody waits: no process of it is left, and no folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { descendants, everybody, isAlive, until } from './seen-processes.ts';

const BENCH = fileURLToPath(new URL('bench.ts', import.meta.url));
/** A request that is refused before anybody has asked for its answer. */
const FAILS_WHEN_TOLD = `data:text/javascript,process.on('SIGUSR2', () => void Promise.reject(new Error('Refused: busy')))`;

test.each([
  ['Ctrl-C while it starts, which npm sends once more,', ['SIGINT', 'SIGINT'], 'initdb', 130, 'Stopped'],
  ['the end of a service while it measures', ['SIGTERM'], 'rebuilder', 130, 'Stopped'],
  ['a failure that nobody waits for', ['SIGUSR2'], 'rebuilder', 1, 'could not be measured: Refused: busy'],
] as const)(
  '%s leaves nothing behind',
  async (_, signals, program, wanted, sentence) => {
    const bench = spawn(process.execPath, ['--conditions=source', '--import', FAILS_WHEN_TOLD, BENCH, 'rebuild'], {
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
    expect(code, said).toBe(wanted);
    expect(said).toContain(sentence);
    expect(existsSync(folder)).toBe(false);
    expect(children.filter(isAlive), said).toEqual([]);
    expect(everybody().filter(({ command }) => command.includes(folder))).toEqual([]);
  },
  60_000,
);
