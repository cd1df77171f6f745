// Starts Muster as `npm start` does, on a data folder and a port of its own, and reads what it prints. The lab, the browser
// tests and the bench use it, so what they prove is the command that people run.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = 'deploy/local/start.ts';
const READY_DEADLINE_MS = 120_000;
const STOP_DEADLINE_MS = 60_000;

export interface LocalStartOptions {
  /** Must be reachable by PostgreSQL's user: somewhere under /var/tmp. */
  data: string;
  port: number;
  bind?: string;
  publicUrl?: string;
  demo?: boolean;
  env?: NodeJS.ProcessEnv;
  /** Nobody waits for it any longer when this is aborted. */
  stopped?: AbortSignal | undefined;
}

export interface LocalStart {
  readonly pid: number;
  readonly url: string;
  /** The owner's one-time link; undefined once there is an owner. */
  ownerLink: string | undefined;
  /** Everything it has printed so far. */
  output(): string;
  readyAfterMs: number;
}

/** Resolves when it says that it is ready; otherwise throws with all it printed, and leaves nothing running. */
export async function startMuster(options: LocalStartOptions): Promise<LocalStart> {
  const { stopped } = options;
  stopped?.throwIfAborted();
  await mkdir(options.data, { recursive: true, mode: 0o755 });
  const outputFile = join(options.data, `start-output-${Date.now()}.log`);
  const out = openSync(outputFile, 'a', 0o600);
  const args = ['--conditions=source', '--disable-warning=ExperimentalWarning', join(ROOT, PROGRAM)];
  if (options.demo === true) args.push('--demo');
  const started = Date.now();
  // Its own session and a file for output: it may outlive the command that started it (the lab's `up`).
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', out, out],
    env: {
      ...process.env,
      MUSTER_DATA: options.data,
      MUSTER_PORT: String(options.port),
      ...(options.bind === undefined ? {} : { MUSTER_BIND: options.bind }),
      ...(options.publicUrl === undefined ? {} : { MUSTER_PUBLIC_URL: options.publicUrl }),
      ...options.env,
    },
  });
  closeSync(out);
  child.unref();
  let exitCode: number | null | undefined;
  child.once('exit', (code) => (exitCode = code));
  const output = (): string => (existsSync(outputFile) ? readFileSync(outputFile, 'utf8') : '');
  while (Date.now() - started < READY_DEADLINE_MS && stopped?.aborted !== true) {
    const text = output();
    const url = /Muster is ready at (\S+)/.exec(text)?.[1];
    if (url !== undefined && text.includes('Ctrl-C stops')) {
      const ownerLink = /works once[^:]*: (\S+)/.exec(text)?.[1];
      return { pid: child.pid ?? 0, url, ownerLink, output, readyAfterMs: Date.now() - started };
    }
    if (exitCode !== undefined) throw new Error(`Muster ended with exit code ${String(exitCode)}:\n${text}`);
    await sleep(100);
  }
  await stopMuster(child.pid ?? 0);
  stopped?.throwIfAborted();
  throw new Error(`Muster was not ready within ${READY_DEADLINE_MS / 1000} s. It printed:\n${output()}`);
}

/** Ctrl-C, as a person does it, and waits until it is gone. An id that another program has by now is left alone. */
export async function stopMuster(pid: number): Promise<void> {
  if (pid <= 1 || !isAlive(pid) || !isStart(pid)) return;
  process.kill(pid, 'SIGINT');
  for (let waited = 0; waited < STOP_DEADLINE_MS; waited += 100) {
    if (!isAlive(pid)) return;
    await sleep(100);
  }
  process.kill(pid, 'SIGKILL');
  throw new Error(`Muster (process ${pid}) did not stop within ${STOP_DEADLINE_MS / 1000} s of Ctrl-C and was killed.`);
}

/** An id that was kept may be older than this machine's last boot. */
function isStart(pid: number): boolean {
  const commandLine = `/proc/${pid}/cmdline`;
  return existsSync(commandLine) && readFileSync(commandLine, 'utf8').includes(PROGRAM);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // A process that has ended but was not waited for yet still has its id.
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
  return !/\) Z /.test(stat);
}
