// Brings a database up to date: the cluster's roles first, then every file in versions/ in the order of its number.
// Safe to start twenty times at once, and from a database of any earlier release. Needs a superuser, because it makes
// roles and an event trigger; nothing else in Muster ever connects as one.
import { readdir } from 'node:fs/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { Migrator, type Migration, type MigrationProvider } from 'kysely/migration';
import pg from 'pg';
import { createRoles, OWNER, type RolePasswords } from './roles.ts';

export { LOGIN_ROLES, OWNER, type LoginRole, type RolePasswords } from './roles.ts';

export interface MigrateOptions {
  /** Given to the login roles, also when they exist already. A role without one keeps what it has. */
  passwords?: RolePasswords;
  /** Only these versions, by name: a backup is loaded into exactly the schema it was taken from. */
  only?: readonly string[];
  /** Called with one sentence for each version that was applied. */
  say?: (sentence: string) => void;
}

export interface Migrated {
  /** Names of the versions this call applied, oldest first. */
  applied: string[];
}

/** One file of versions/. It runs as muster_owner unless it says otherwise. */
export interface Version {
  up(db: Kysely<unknown>): Promise<void>;
  /** `administrator` keeps the superuser, for what an owner may not do (schemas, event triggers). */
  runsAs?: 'administrator';
}

/** Any number that nothing else in the database locks. */
const MIGRATING = 7_410_002;

const VERSIONS = new URL('../versions/', import.meta.url);
const VERSION_NAME = /^\d{4}_[a-z]+_[a-z0-9_]+\.(ts|js)$/;

/** Throws with the version's name when one fails; all of a call's versions are applied, or none. */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<Migrated> {
  const pool = new pg.Pool({ connectionString: url, max: 2, application_name: 'muster-migrate' });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const oneAtATime = new pg.Client({ connectionString: url, application_name: 'muster-migrate-lock' });
  try {
    await oneAtATime.connect();
    await requireSuperuser(db);
    await createRoles(db, options.passwords ?? {});
    await oneAtATime.query('select pg_advisory_lock($1)', [MIGRATING]);
    const { error, results = [] } = await new Migrator({
      db,
      provider: new VersionFolder(options.only),
      migrationTableSchema: 'muster_migrations',
      // Domains add versions side by side; none depends on another's number.
      allowUnorderedMigrations: true,
    }).migrateToLatest();
    const failed = results.find((result) => result.status === 'Error');
    if (error !== undefined) {
      throw new Error(`migration ${failed?.migrationName ?? ''} failed: ${messageOf(error)}`, { cause: error });
    }
    const applied = results.filter((result) => result.status === 'Success').map((result) => result.migrationName);
    for (const name of applied) options.say?.(`Applied migration ${name}.`);
    return { applied };
  } finally {
    await oneAtATime.end();
    await db.destroy();
  }
}

/** Names of the versions that this release knows, oldest first. */
export async function knownVersions(): Promise<string[]> {
  return (await versionFiles()).map(nameOf);
}

/** Names of the versions that a database has, oldest first; none for an empty one. */
export async function appliedVersions(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('muster_migrations.kysely_migration') is not null as there`,
  );
  if (rows[0]?.there !== true) return [];
  const applied = await client.query<{ name: string }>(
    'select name from muster_migrations.kysely_migration order by name',
  );
  return applied.rows.map((row) => row.name);
}

const nameOf = (file: string): string => file.replace(/\.(ts|js)$/, '');

async function versionFiles(): Promise<string[]> {
  const files = (await readdir(VERSIONS)).sort().filter((file) => !file.endsWith('.d.ts') && /\.(ts|js)$/.test(file));
  for (const file of files) {
    if (!VERSION_NAME.test(file)) throw new Error(`versions/${file}: name it NNNN_<domain>_<what>.ts`);
  }
  return files;
}

class VersionFolder implements MigrationProvider {
  readonly #only: readonly string[] | undefined;

  constructor(only: readonly string[] | undefined) {
    this.#only = only;
  }

  async getMigrations(): Promise<Record<string, Migration>> {
    const migrations: Record<string, Migration> = {};
    for (const file of await versionFiles()) {
      if (this.#only !== undefined && !this.#only.includes(nameOf(file))) continue;
      const version = (await import(new URL(file, VERSIONS).href)) as Version;
      migrations[nameOf(file)] = { up: (db) => applyVersion(db as Kysely<unknown>, version) };
    }
    return migrations;
  }
}

async function applyVersion(db: Kysely<unknown>, version: Version): Promise<void> {
  if (version.runsAs === 'administrator') return version.up(db);
  await sql`set local role ${sql.id(OWNER)}`.execute(db);
  await version.up(db);
  await sql`reset role`.execute(db);
}

async function requireSuperuser(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ name: string; superuser: boolean; version: number }>`
    select current_user as name, current_setting('is_superuser') = 'on' as superuser,
           current_setting('server_version_num')::int as version`.execute(db);
  const [me] = rows;
  if (me?.superuser !== true) {
    throw new Error(`Migrations need a superuser (they make roles and an event trigger); ${me?.name} is not one.`);
  }
  if (me.version < 150000) throw new Error('Muster needs PostgreSQL 15 or newer.');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
