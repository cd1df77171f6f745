// A benchmark with servers in containers that somebody stops: whatever Docker was just asked for, no container, network,
// process or folder of it is left. A stand-in is there for Docker; the Muster that a lab starts is a real one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@muster/deploy/local/processes/free-port';
import { expect, it, onTestFinished } from 'vitest';
import { everybody, until, type Known } from './seen-processes.ts';

const BENCH = fileURLToPath(new URL('bench.ts', import.meta.url));
const STAND_IN = fileURLToPath(new URL('stand-in/docker', import.meta.url));
/** Longer than anybody here waits. */
const FOR_EVER = 300;

/** `slow`: the verb of Docker that takes its time, and how many seconds. */
async function started(benchmark: string, slow: readonly [verb: string, seconds: number] = ['', 0]) {
  const folder = await mkdtemp(join(tmpdir(), 'muster-stopped-'));
  for (const name of ['bin', 'containers', 'networks', 'tmp']) await mkdir(join(folder, name));
  await symlink(STAND_IN, join(folder, 'bin/docker'));
  const data = join('/var/tmp', basename(folder));
  const bench = spawn(process.execPath, ['--conditions=source', BENCH, benchmark], {
    // Leads a group, as what a terminal runs does.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      TMPDIR: join(folder, 'tmp'),
      DOCKER_STAND_IN: folder,
      DOCKER_SLOW: slow[0],
      DOCKER_SLOW_SECONDS: String(slow[1]),
      MUSTER_BENCH_LABS: basename(data),
      MUSTER_BENCH_LAB_PORT: String(await freePort()),
    },
  });
  let said = '';
  for (const stream of [bench.stdout, bench.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
  const ended = once(bench, 'exit') as Promise<[number | null]>;
  const group = bench.pid ?? 0;
  const processes = (): Known[] =>
    everybody().filter(({ command }) => command.includes(folder) || command.includes(`${data}-`));
  onTestFinished(async () => {
    for (const { pid } of [...processes(), { pid: group }]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    }
    await ended;
    for (const path of [folder, `${data}-footprint`]) await rm(path, { recursive: true, force: true });
  });
  return {
    /** Resolves when Docker was asked for that. */
    asked: (what: RegExp) =>
      until(
        () => {
          const asked = join(folder, 'asked');
          return (
            (existsSync(asked) &&
              readFileSync(asked, 'utf8')
                .split('\n')
                .some((line) => what.test(line))) ||
            undefined
          );
        },
        () => said,
      ),
    /** Resolves when a program of the lab's own Muster runs. */
    runs: (program: string) =>
      until(
        () => processes().some(({ command }) => command.includes(program) && command.includes(data)) || undefined,
        () => said,
      ),
    /** As the terminal sends it to everybody in the foreground, and npm once more to us. */
    ctrlC: () => {
      process.kill(-group, 'SIGINT');
      bench.kill('SIGINT');
    },
    terminate: () => void bench.kill('SIGTERM'),
    /** How it ended, and what was left once nobody was at work any more. */
    end: async () => {
      const [code] = await ended;
      await until(
        () => processes().length === 0 || undefined,
        () => `${said}\n${JSON.stringify(processes())}`,
      );
      const left = [
        ...['containers', 'networks', 'tmp'].flatMap((name) => readdirSync(join(folder, name))),
        ...readdirSync('/var/tmp').filter((name) => name.startsWith(basename(data))),
      ];
      return { code, left, said };
    },
  };
}

const nothingLeft = { code: 130, left: [] };

it.each([
  ['an image is built', /^build /, ['build', FOR_EVER]],
  ['its server is being made', /^run /, ['run', 2]],
  ['the scanner is brought there', /^cp /, ['cp', 2]],
  ['it measures', /TIMEFORMAT/, ['', 0]],
] as const)(
  'Ctrl-C while %s leaves nothing behind',
  async (_, what, slow) => {
    const bench = await started('scan', slow);
    await bench.asked(what);
    bench.ctrlC();
    expect(await bench.end()).toMatchObject(nothingLeft);
  },
  90_000,
);

it.each([
  ['an image is built', /^build /, ['build', FOR_EVER]],
  ['its server is being made', /^run /, ['run', 2]],
  ['the scanner is brought there', /^cp /, ['cp', 2]],
] as const)(
  'the end of a service while %s leaves nothing behind',
  async (_, what, slow) => {
    const bench = await started('scan', slow);
    await bench.asked(what);
    bench.terminate();
    expect(await bench.end()).toMatchObject(nothingLeft);
  },
  90_000,
);

it('another Ctrl-C, while the server is removed, does not keep it from being removed', async () => {
  const bench = await started('scan', ['rm', 2]);
  await bench.asked(/TIMEFORMAT/);
  bench.ctrlC();
  await bench.asked(/^rm /);
  bench.ctrlC();
  expect(await bench.end()).toMatchObject(nothingLeft);
}, 90_000);

it.each([
  ['Ctrl-C', 'ctrlC'],
  ['the end of a service', 'terminate'],
] as const)(
  '%s while the lab’s Muster makes its database leaves no network, process or folder',
  async (_, how) => {
    const bench = await started('agent-footprint');
    await bench.runs('initdb');
    bench[how]();
    expect(await bench.end()).toMatchObject(nothingLeft);
  },
  120_000,
);
