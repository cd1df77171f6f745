// Brings the local database up: the server, the database `muster`, its migrations and the roles' passwords.
import pg from 'pg';
import { migrate, type LoginRole } from '@muster/migrations/runner';
import type { DataFolder } from './data-folder.ts';
import { findBinaries } from './postgres/binaries.ts';
import { startServer, type PostgresServer } from './postgres/server.ts';
import type { UnprivilegedUser } from './processes/unprivileged-user.ts';
import type { Secrets } from './secrets.ts';

const DATABASE = 'muster';

export interface LocalDatabase {
  server: PostgresServer;
  urlAs(role: LoginRole): string;
}

export async function startDatabase(
  folder: DataFolder,
  user: UnprivilegedUser | undefined,
  secrets: Secrets,
  log: (line: string) => void,
  say: (sentence: string) => void,
): Promise<LocalDatabase> {
  const binaries = await findBinaries(user, folder.path);
  const superuserPassword = secrets.superuser;
  const server = await startServer({ binaries, dataFolder: folder.postgres, user, superuserPassword, log, say });
  try {
    await createDatabaseOnce(server.url('postgres', superuserPassword, 'postgres'));
    await migrate(server.url('postgres', superuserPassword, DATABASE), { passwords: secrets.roles, say });
  } catch (error) {
    await server.stop(10_000);
    throw error;
  }
  return { server, urlAs: (role) => server.url(role, secrets.roles[role], DATABASE) };
}

async function createDatabaseOnce(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}
