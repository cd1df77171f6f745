// A private PostgreSQL server: made on first use, listening on the loopback address only, with a password nobody chose.
// It is a real server; only its settings for durability may be relaxed, and only by tests.
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../processes/free-port.ts';
import { spawnWithLifeline, type LifelineChild } from '../processes/lifeline.ts';
import type { UnprivilegedUser } from '../processes/unprivileged-user.ts';
import type { Binaries } from './binaries.ts';

export interface ServerOptions {
  binaries: Binaries;
  dataFolder: string;
  user: UnprivilegedUser | undefined;
  superuserPassword: string;
  /** `postgresql.conf` settings on top of ours. */
  settings?: Record<string, string>;
  /** One line of the server's log. */
  log?: (line: string) => void;
  say: (sentence: string) => void;
  /** Default: one that is free. A test that stops and starts the server keeps the one it had. */
  port?: number;
}

export interface PostgresServer {
  /** Of the server's first process; undefined when it is gone. */
  programId(): number | undefined;
  port: number;
  /** Connection string of a role; the superuser is `postgres`. */
  url(role: string, password: string, database: string): string;
  exited: Promise<string>;
  stop(deadlineMs: number): Promise<void>;
}

const SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '128MB',
  // A forgotten transaction holds the sequencer's horizon back, so the server ends it.
  idle_in_transaction_session_timeout: '60s',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const START_DEADLINE_MS = 60_000;
const READY = 'database system is ready to accept connections';

export async function startServer(options: ServerOptions): Promise<PostgresServer> {
  if (!existsSync(join(options.dataFolder, 'PG_VERSION'))) await initialise(options);
  await endEarlierServer(options);
  const port = options.port ?? (await freePort());
  const settings = { ...SETTINGS, ...options.settings };
  const args = ['-D', options.dataFolder, '-p', String(port)];
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
  const child = spawnWithLifeline(options.binaries.postgres, args, { stopSignal: 'INT', user: options.user, cwd: '/' });
  await untilReady(child, options);
  return {
    port,
    programId: () => child.programId(),
    url: (role, password, database) =>
      `postgres://${encodeURIComponent(role)}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    exited: child.exited,
    stop: (deadlineMs) => child.stop(deadlineMs),
  };
}

async function initialise(options: ServerOptions): Promise<void> {
  // What an interrupted first start left has no PG_VERSION or is incomplete; initdb wants an empty folder.
  await rm(options.dataFolder, { recursive: true, force: true });
  await mkdir(options.dataFolder, { recursive: true, mode: 0o700 });
  const passwordFile = join(dirname(options.dataFolder), `.initial-password-${process.pid}`);
  await writeFile(passwordFile, `${options.superuserPassword}\n`, { mode: 0o600 });
  if (options.user !== undefined) {
    await chown(options.dataFolder, options.user.uid, options.user.gid);
    await chown(passwordFile, options.user.uid, options.user.gid);
  }
  try {
    const flags = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-instructions'];
    await run(
      options.binaries.initdb,
      [`--pgdata=${options.dataFolder}`, `--pwfile=${passwordFile}`, ...flags],
      options.user,
    );
    await chmod(options.dataFolder, 0o700);
  } catch (error) {
    await rm(options.dataFolder, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/**
 * A server that a killed supervisor left behind holds `postmaster.pid`. If it still runs on our data it is stopped; if the
 * process id has meanwhile gone to some other program, the file is stale and goes.
 */
async function endEarlierServer(options: ServerOptions): Promise<void> {
  const pidFile = join(options.dataFolder, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number((await readFile(pidFile, 'utf8')).split('\n')[0]);
  if (!(await isPostgres(pid))) {
    await rm(pidFile, { force: true });
    return;
  }
  options.say('An earlier PostgreSQL of this data folder still runs (its supervisor was killed); it is stopped first.');
  process.kill(pid, 'SIGINT');
  for (let waited = 0; waited < 30_000; waited += 100) {
    if (!existsSync(pidFile)) return;
    await sleep(100);
  }
  throw new Error(`An earlier PostgreSQL (process ${pid}) does not stop within 30 s. End it, then start Muster again.`);
}

async function isPostgres(pid: number): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  try {
    return (await readlink(`/proc/${pid}/exe`)).includes('/postgres');
  } catch {
    return process.platform !== 'linux';
  }
}

async function untilReady(child: LifelineChild, options: ServerOptions): Promise<void> {
  const tail: string[] = [];
  const ready = new Promise<'ready'>((resolve) => {
    let rest = '';
    child.process.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (tail.push(line) > 20) tail.shift();
        options.log?.(line);
        if (line.includes(READY)) resolve('ready');
      }
    });
    child.process.stdout?.resume();
  });
  const outcome = await Promise.race([
    ready,
    child.exited,
    sleep(START_DEADLINE_MS, 'deadline' as const, { ref: false }),
  ]);
  if (outcome === 'ready') return;
  await child.stop(5_000);
  const how = outcome === 'deadline' ? `was not ready within ${START_DEADLINE_MS / 1000} s` : `ended (${outcome})`;
  throw new Error(`PostgreSQL ${how} on ${options.dataFolder}. Its last lines:\n${tail.join('\n')}`);
}

async function run(command: string, args: string[], user: UnprivilegedUser | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = spawn(command, args, { cwd: '/', ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }) });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} failed with exit code ${String(code)}:\n${output}`)),
    );
  });
}
