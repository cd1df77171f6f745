// A PostgreSQL of the benchmark's own, with the durability of a real installation, and the programs that load it.
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findBinaries } from '@muster/deploy/local/postgres/binaries';
import { startServer } from '@muster/deploy/local/postgres/server';
import { unprivilegedUser } from '@muster/deploy/local/processes/unprivileged-user';
import { LOGIN_ROLES, migrate } from '@muster/migrations/runner';
import { newId } from '@muster/kernel/ids';
import pg from 'pg';
import type { BenchTools } from '../benchmark.ts';

const PASSWORD = 'for-benchmarks-only';

export interface BenchDatabase {
  folder: string;
  port: number;
  password: string;
  url(role: string, database: string): string;
  /** A database with Muster's schema. */
  create(name: string): Promise<void>;
}

/** `settings`: of `postgresql.conf`. */
export async function startDatabase(tools: BenchTools, settings: Record<string, string> = {}): Promise<BenchDatabase> {
  const folder = await mkdtemp(join(existsSync('/var/tmp') ? '/var/tmp' : '/tmp', 'muster-bench-'));
  tools.cleanUp(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  const user = unprivilegedUser(tools.say);
  const superuserPassword = randomBytes(12).toString('hex');
  const starting = startServer({
    binaries: await findBinaries(user, folder),
    dataFolder: join(folder, 'data'),
    user,
    superuserPassword,
    settings,
    say: tools.say,
  });
  const server = await tools.keep(starting, (started) => started.stop(20_000));
  const url = (role: string, database: string): string =>
    server.url(role, role === 'postgres' ? superuserPassword : PASSWORD, database);
  return {
    folder,
    port: server.port,
    password: superuserPassword,
    url,
    async create(name) {
      const admin = new pg.Client({ connectionString: url('postgres', 'postgres') });
      await admin.connect();
      await admin.query(`create database ${name}`);
      await admin.end();
      await migrate(url('postgres', name), {
        passwords: Object.fromEntries(LOGIN_ROLES.map((role) => [role, PASSWORD])),
      });
    },
  };
}

/** Vacuumed and with nothing left to write, so that no side starts with the other one's dirt. */
export async function settle(database: BenchDatabase): Promise<void> {
  const admin = new pg.Client({ connectionString: database.url('postgres', 'postgres') });
  await admin.connect();
  await admin.query('checkpoint');
  await admin.end();
}

export interface Load {
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

/** A process that answers one message with one message. Runs the built control plane, as an installation does. */
export class LoadProcess<Question extends object, Answer> {
  readonly #child: ChildProcess;

  constructor(file: string, args: readonly string[], tools: BenchTools) {
    this.#child = fork(file, args, { execArgv: ['--disable-warning=ExperimentalWarning'] });
    tools.cleanUp(() => this.stop());
  }

  ask(question: Question): Promise<Answer> {
    const id = newId();
    return new Promise((resolve, reject) => {
      const failed = (code: number | null): void => reject(new Error(`the load process ended with ${code}`));
      this.#child.once('exit', failed);
      this.#child.once('message', (answer) => {
        this.#child.off('exit', failed);
        resolve(answer as Answer);
      });
      this.#child.send({ id, ...question });
    });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }
}
