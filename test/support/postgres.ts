// A real PostgreSQL for tests. One server serves a whole vitest run (postgres-server.ts); every spec file takes a database of its own from it:
//
//   const database = await createDatabase();              // migrated
//   const database = await createDatabase({ migrated: false });
//   afterAll(() => database.drop());
//
// Migrations run once per run, into a template that each database is a copy of.
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { migrate, LOGIN_ROLES, type LoginRole } from '@muster/migrations/runner';
import { POSTGRES_ADDRESS } from './postgres-server.ts';

/** Every login role has this password in tests; the superuser has one that nobody chose. */
export const TEST_ROLE_PASSWORD = 'for-tests-only';

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
        await untilLeft(client, name);
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      } finally {
        await client.end();
      }
    },
  };
}

const LEAVE_DEADLINE_MS = 2_000;

/** A pool has ended before its connections have: one that is cut off while it says goodbye fails the run. */
async function untilLeft(client: pg.Client, name: string): Promise<void> {
  const until = Date.now() + LEAVE_DEADLINE_MS;
  while (Date.now() < until) {
    const { rowCount } = await client.query('SELECT FROM pg_stat_activity WHERE datname = $1', [name]);
    if (rowCount === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function serverAddress(): string {
  const address = process.env[POSTGRES_ADDRESS] ?? process.env['TEST_DATABASE_URL'];
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
