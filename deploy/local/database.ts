// Brings the local database up: the server, the database `muster`, its migrations, which are an event, and the roles'
// passwords.
import pg from 'pg';
import { recordMigrations } from '@muster/control-plane/platform/event-store/record-migrations';
import type { Secrets } from '@muster/control-plane/platform/keys/installation-secrets';
import { migrate, type LoginRole } from '@muster/migrations/runner';
import type { DataFolder } from './data-folder.ts';
import { findBinaries } from './postgres/binaries.ts';
import { startServer, type PostgresServer } from './postgres/server.ts';
import type { UnprivilegedUser } from './processes/unprivileged-user.ts';

const DATABASE = 'muster';
/** Where BullMQ keeps its jobs when there is no Redis: a database of its own, so that its role sees nothing of ours. */
const QUEUE = 'muster_queue';

export interface LocalDatabase {
  server: PostgresServer;
  urlAs(role: LoginRole): string;
  queueUrl: string;
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
    await createDatabases(server.url('postgres', superuserPassword, 'postgres'), secrets.queue);
    const url = server.url('postgres', superuserPassword, DATABASE);
    await migrate(url, { passwords: secrets.roles, say });
    await recordMigrations(url, { actor: 'start', actorKind: 'system' });
  } catch (error) {
    await server.stop(10_000);
    throw error;
  }
  return {
    server,
    urlAs: (role) => server.url(role, secrets.roles[role], DATABASE),
    queueUrl: server.url(QUEUE, secrets.queue, QUEUE),
  };
}

async function createDatabases(url: string, queuePassword: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const exists = async (catalog: string, column: string, name: string): Promise<boolean> =>
      (await client.query(`SELECT 1 FROM ${catalog} WHERE ${column} = $1`, [name])).rowCount === 1;
    if (!(await exists('pg_database', 'datname', DATABASE))) await client.query(`CREATE DATABASE ${DATABASE}`);
    if (!(await exists('pg_roles', 'rolname', QUEUE))) await client.query(`CREATE ROLE ${QUEUE} LOGIN`);
    await client.query(`ALTER ROLE ${QUEUE} PASSWORD ${client.escapeLiteral(queuePassword)}`);
    if (!(await exists('pg_database', 'datname', QUEUE))) await client.query(`CREATE DATABASE ${QUEUE} OWNER ${QUEUE}`);
  } finally {
    await client.end();
  }
}
