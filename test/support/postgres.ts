// A real PostgreSQL for tests. One server serves a whole vitest run (test/support/services.setup.ts starts it, or
// TEST_DATABASE_URL names one of yours, as superuser); every spec file takes a database of its own from it:
//
//   const database = await createDatabase();              // migrated
//   const database = await createDatabase({ migrated: false });
//   afterAll(() => database.drop());
//
// Migrations run once per run, into a template that each database is a copy of.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { findBinaries } from '@muster/deploy/local/postgres/binaries';
import { startServer } from '@muster/deploy/local/postgres/server';
import { migrate, LOGIN_ROLES, type LoginRole } from '@muster/migrations/runner';
import { unprivilegedUser } from '@muster/deploy/local/processes/unprivileged-user';

/** Every login role has this password in tests; the superuser has one that nobody chose. */
export const TEST_ROLE_PASSWORD = 'for-tests-only';

const FOLDER_PREFIX = 'muster-test-';
const ADDRESS_VARIABLE = 'MUSTER_TEST_POSTGRES';
const MIGRATIONS = join(import.meta.dirname, '../../migrations');
const passwords = Object.fromEntries(LOGIN_ROLES.map((role) => [role, TEST_ROLE_PASSWORD]));
/** Any number; all spec files that build the template meet at this advisory lock. */
const TEMPLATE_LOCK = 7_410_001;

export interface TestDatabase {
  name: string;
  /** As superuser. */
  url: string;
  /** As one of the control plane's roles. */
  urlAs(role: LoginRole): string;
  drop(): Promise<void>;
}

export async function createDatabase(options: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const server = serverAddress();
  const name = `test_${process.pid}_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  try {
    const template = options.migrated === false ? 'template0' : await migratedTemplate(admin, server);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  } finally {
    await admin.end();
  }
  return {
    name,
    url: withDatabase(server, name),
    urlAs(role) {
      const url = new URL(withDatabase(server, name));
      url.username = role;
      url.password = TEST_ROLE_PASSWORD;
      return url.href;
    },
    async drop() {
      const client = new pg.Client({ connectionString: server });
      await client.connect();
      try {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      } finally {
        await client.end();
      }
    },
  };
}

/** Starts the run's server, unless TEST_DATABASE_URL names one. The answer stops it and removes its folder. */
export async function startPostgresForRun(): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') {
    process.env[ADDRESS_VARIABLE] = given;
    return async () => undefined;
  }
  // Under /var/tmp or /tmp, whatever TMPDIR says: as root the server runs as user postgres, who must get there.
  const parent = existsSync('/var/tmp') ? '/var/tmp' : '/tmp';
  await removeLeftovers(parent);
  const folder = await mkdtemp(join(parent, `${FOLDER_PREFIX}${process.pid}-`));
  await chmod(folder, 0o755);
  const user = unprivilegedUser(console.log);
  const superuserPassword = randomBytes(12).toString('hex');
  const server = await startServer({
    binaries: await findBinaries(user, folder),
    dataFolder: join(folder, 'data'),
    user,
    superuserPassword,
    // Nothing here has to survive a power cut.
    settings: { fsync: 'off', full_page_writes: 'off' },
    say: console.log,
  });
  process.env[ADDRESS_VARIABLE] = server.url('postgres', superuserPassword, 'postgres');
  return async () => {
    await server.stop(10_000);
    await rm(folder, { recursive: true, force: true });
  };
}

/** Folders of runs that were killed: their server has ended by itself, their files have not. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(FOLDER_PREFIX))) {
    const pid = Number(name.slice(FOLDER_PREFIX.length).split('-')[0]);
    try {
      process.kill(pid, 0);
    } catch {
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
}

function serverAddress(): string {
  const address = process.env[ADDRESS_VARIABLE] ?? process.env['TEST_DATABASE_URL'];
  if (address === undefined) {
    throw new Error('No PostgreSQL for this test: only *.int.spec.ts files get one (vitest project "integration").');
  }
  return address;
}

async function migratedTemplate(admin: pg.Client, server: string): Promise<string> {
  const name = `muster_template_${migrationsDigest()}`;
  await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    const { rows } = await admin.query('SELECT datistemplate FROM pg_database WHERE datname = $1', [name]);
    if (rows[0]?.datistemplate === true) return name;
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    await migrate(withDatabase(server, name), { passwords });
    await admin.query(`ALTER DATABASE ${name} IS_TEMPLATE true`);
    return name;
  } finally {
    await admin.query('SELECT pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
}

/** Names the template by what is in it, so that a server of yours that outlives the run never serves an old schema. */
function migrationsDigest(): string {
  const digest = createHash('sha256');
  for (const folder of ['src', 'versions']) {
    const files = readdirSync(join(MIGRATIONS, folder), { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      digest.update(file.name).update(readFileSync(join(file.parentPath, file.name)));
    }
  }
  return digest.digest('hex').slice(0, 12);
}

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
