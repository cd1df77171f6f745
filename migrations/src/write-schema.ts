// `npm run schema -w @muster/migrations` writes migrations/schema.sql, the whole schema as pg_dump sees it, so that a
// change of the database shows in the diff; `-- --check` only compares, as CI does. The dump is made by PostgreSQL 15,
// the oldest we support, so that everybody's is the same: found as a server on this machine (/usr/lib/postgresql/15/bin
// or PATH), or as the image named by POSTGRES_IMAGE. Exit code 3: there is neither, nothing was compared.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync, chownSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { migrate } from './runner.ts';

const SCHEMA = new URL('../schema.sql', import.meta.url);
const MAJOR = '15';
const NOT_HERE = 3;
const HEADER = `-- The schema after all migrations, as pg_dump ${MAJOR} writes it. Generated: npm run schema -w @muster/migrations
-- Monthly partitions of es.events are left out; each is made, with its triggers, by es.ensure_partition.

`;
// Partitions depend on the month in which the dump is made.
const DUMP = [
  '--schema-only',
  '--exclude-table=es.events_2*',
  '--exclude-table=muster.*_2[0-9]*',
  '--exclude-schema=muster_migrations',
];

interface Server {
  url: string;
  dump(): string;
  stop(): Promise<void>;
}

const check = process.argv.includes('--check');
const server = await startServer();
if (server === undefined) {
  console.error(
    `migrations/schema.sql was not ${check ? 'compared' : 'written'}: there is no PostgreSQL ${MAJOR} here. ` +
      `Install postgresql-${MAJOR} (Debian), or name an image: POSTGRES_IMAGE=postgres:${MAJOR}-bookworm.`,
  );
  process.exit(NOT_HERE);
}
let text: string;
try {
  await waitForServer(server.url);
  await migrate(server.url);
  text = HEADER + tidy(server.dump());
} finally {
  await server.stop();
}
const current = existsSync(SCHEMA) ? readFileSync(SCHEMA, 'utf8') : '';
if (!check) writeFileSync(SCHEMA, text);
else if (current !== text) {
  console.error(
    'migrations/schema.sql differs from what the migrations make. Run: npm run schema -w @muster/migrations',
  );
  process.exit(1);
}
console.log(`migrations/schema.sql ${check ? 'is up to date' : 'written'}.`);

/** Leaves out what differs between machines: minor versions, and the random token of psql's restricted mode. */
function tidy(dump: string): string {
  const lines = dump.split('\n').filter((line) => !/^-- Dumped (from|by)|^\\(un)?restrict /.test(line));
  return `${lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

async function startServer(): Promise<Server | undefined> {
  const image = process.env['POSTGRES_IMAGE'];
  if (image !== undefined && image !== '') return startContainer(image);
  const folder = programFolder();
  return folder === undefined ? undefined : startHere(folder);
}

function programFolder(): string | undefined {
  const folders = [`/usr/lib/postgresql/${MAJOR}/bin`, ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.find((folder) => {
    const programs = ['initdb', 'postgres', 'pg_dump'].map((name) => join(folder, name));
    return programs.every(existsSync) && versionOf(programs[2] ?? '').includes(`(PostgreSQL) ${MAJOR}.`);
  });
}

function versionOf(program: string): string {
  return execFileSync(program, ['--version'], { encoding: 'utf8' });
}

async function startHere(programs: string): Promise<Server> {
  const folder = mkdtempSync(join(existsSync('/var/tmp') ? '/var/tmp' : '/tmp', 'muster-schema-'));
  // PostgreSQL refuses to run as root.
  const user: { uid?: number; gid?: number } = process.getuid?.() === 0 ? postgresUser() : {};
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const options = { ...user, cwd: folder };
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale'], {
    ...options,
    stdio: 'ignore',
  });
  const port = await freePort();
  const child = spawn(
    join(programs, 'postgres'),
    ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`],
    { ...options, stdio: 'ignore' },
  );
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  return {
    url,
    dump: () => execFileSync(join(programs, 'pg_dump'), [...DUMP, '--dbname', url], { encoding: 'utf8' }),
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startContainer(image: string): Promise<Server> {
  const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' }).trim();
  const name = `muster-schema-${process.pid}`;
  docker('run', '-d', '--rm', '--name', name, '-e', 'POSTGRES_PASSWORD=schema', '-p', '127.0.0.1::5432', image);
  const port = docker('port', name, '5432/tcp').split(':').at(-1);
  return {
    url: `postgresql://postgres:schema@127.0.0.1:${port}/postgres`,
    dump: () => docker('exec', name, 'pg_dump', '-U', 'postgres', ...DUMP, 'postgres'),
    stop: () => Promise.resolve(void docker('rm', '-f', '-v', name)),
  };
}

async function waitForServer(url: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      if (attempt === 100) throw error;
      await pause(200);
    }
  }
}

function postgresUser(): { uid: number; gid: number } {
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
