// PostgreSQL and Redis that can be broken: both keep their port over a crash, Redis keeps an append-only file, and the
// database may lie on a disk of its own that can be filled.
import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBinaries } from '@muster/deploy/local/postgres/binaries';
import { startServer, type PostgresServer } from '@muster/deploy/local/postgres/server';
import { freePort } from '@muster/deploy/local/processes/free-port';
import { spawnWithLifeline, type LifelineChild } from '@muster/deploy/local/processes/lifeline';
import { unprivilegedUser } from '@muster/deploy/local/processes/unprivileged-user';
import { migrate, LOGIN_ROLES, type LoginRole } from '@muster/migrations/runner';
import pg from 'pg';

const DATABASE = 'muster';
const PASSWORD = 'for-chaos-only';

export class Postgres {
  private stopped = false;
  private readonly superuserPassword = randomBytes(12).toString('hex');
  private server: PostgresServer | undefined;
  private readonly folder: string;
  private readonly say: (sentence: string) => void;

  private constructor(folder: string, say: (sentence: string) => void) {
    this.folder = folder;
    this.say = say;
  }

  static async start(folder: string, say: (sentence: string) => void): Promise<Postgres> {
    const postgres = new Postgres(folder, say);
    await postgres.up(await freePort());
    const admin = new pg.Client({ connectionString: postgres.url('postgres', 'postgres') });
    await admin.connect();
    await admin.query(`create database ${DATABASE}`);
    await admin.query('create database muster_queue');
    await admin.end();
    const passwords = Object.fromEntries(LOGIN_ROLES.map((role) => [role, PASSWORD]));
    await migrate(postgres.url('postgres', DATABASE), { passwords });
    return postgres;
  }

  urlAs(role: LoginRole): string {
    const url = new URL(this.url('postgres', DATABASE));
    url.username = role;
    url.password = PASSWORD;
    return url.href;
  }

  get adminUrl(): string {
    return this.url('postgres', DATABASE);
  }

  get queueUrl(): string {
    return this.url('postgres', 'muster_queue');
  }

  /** kill -9 of one backend: the server ends all connections and recovers from its log. */
  async crash(): Promise<void> {
    const client = new pg.Client({ connectionString: this.adminUrl });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where application_name like 'muster-%' order by random() limit 1`,
    );
    if (rows[0]) process.kill(rows[0].pid, 'SIGKILL');
    await client.end().catch(() => undefined);
  }

  /** kill -9 of the whole server, as a power cut; it is started again on the same port. */
  powerCut(): void {
    const pid = this.server?.programId();
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.server?.stop(10_000);
  }

  private url(role: string, database: string): string {
    if (this.server === undefined) throw new Error('PostgreSQL was not started.');
    return this.server.url(role, this.superuserPassword, database);
  }

  private async up(port: number): Promise<void> {
    const user = unprivilegedUser(this.say);
    const server = await startServer({
      binaries: await findBinaries(user, this.folder),
      dataFolder: join(this.folder, 'data'),
      user,
      superuserPassword: this.superuserPassword,
      port,
      // Small files, so that a disk of its own can be small.
      settings: { max_wal_size: '128MB', min_wal_size: '32MB', max_connections: '160' },
      say: () => undefined,
    });
    this.server = server;
    void server.exited.then(() => this.again(port));
  }

  private async again(port: number): Promise<void> {
    for (let attempt = 0; !this.stopped && attempt < 100; attempt += 1) {
      try {
        await this.up(port);
        return;
      } catch {
        // Its disk may be full still, or its last children not gone.
        await sleep(500);
      }
    }
  }
}

export class Redis {
  private child: LifelineChild | undefined;
  private stopped = false;

  private readonly program: string;
  private readonly folder: string;
  private readonly port: number;

  private constructor(program: string, folder: string, port: number) {
    this.program = program;
    this.folder = folder;
    this.port = port;
  }

  static async start(program: string, folder: string): Promise<Redis> {
    mkdirSync(folder, { recursive: true });
    const redis = new Redis(program, folder, await freePort());
    await redis.up();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** One command, as a person with redis-cli would send it. */
  async command(line: string): Promise<string> {
    return await new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1');
      socket.setTimeout(2000, () => socket.destroy(new Error('Redis did not answer')));
      socket.once('error', reject);
      socket.once('data', (answer) => {
        socket.destroy();
        resolve(answer.toString('utf8'));
      });
      socket.write(`${line}\r\n`);
    });
  }

  keepFile(): void {
    rmSync(join(this.folder, 'kept'), { recursive: true, force: true });
    cpSync(join(this.folder, 'appendonlydir'), join(this.folder, 'kept'), { recursive: true });
  }

  /** kill -9, and back with the file that was kept earlier: a past that Redis believes in. */
  async crashIntoThePast(): Promise<void> {
    await this.down();
    rmSync(join(this.folder, 'appendonlydir'), { recursive: true, force: true });
    cpSync(join(this.folder, 'kept'), join(this.folder, 'appendonlydir'), { recursive: true });
    await this.up();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.child?.stop(3000);
  }

  private async down(): Promise<void> {
    const pid = this.child?.programId();
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    await this.child?.exited;
  }

  private async up(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder, '--save', ''];
    args.push('--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction');
    chmodSync(this.folder, 0o755);
    this.child = spawnWithLifeline(this.program, [...args, '--loglevel', 'warning'], {
      stopSignal: 'TERM',
      cwd: this.folder,
    });
    this.child.process.stdout?.resume();
    this.child.process.stderr?.resume();
    for (let waited = 0; waited < 10_000 && !this.stopped; waited += 50) {
      if ((await this.command('PING').catch(() => '')).startsWith('+PONG')) return;
      await sleep(50);
    }
    throw new Error('Redis did not come up.');
  }
}
