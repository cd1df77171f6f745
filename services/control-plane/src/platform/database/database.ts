// One pool per role and process. Domains see their own tables through `withTables`; bigint arrives as number, because
// every bigint of ours is a count or a position far below 2^53.
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { ScopedPool, type QueryPool } from './scoped-pool.ts';

pg.types.setTypeParser(pg.types.builtins.INT8, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`integer ${text} is too large for a number`);
  return value;
});

// Tables are declared per domain; the base handle knows none.
export interface NoTables {}
export type Database = Kysely<NoTables>;

export interface Connection {
  readonly pool: QueryPool;
  readonly db: Database;
}

export interface ScopedConnection extends Connection {
  readonly pool: ScopedPool;
}

/** What one process reads as itself, for nobody in particular. */
export interface ProcessConnection extends Connection {
  readonly pool: pg.Pool;
}

/** Row-level security shows the API's own work everything; a request comes through `scoped`. */
export function connect(url: string, name: string, max = 10): ProcessConnection {
  const pool = poolOf(url, name, max, '-c muster.scopes=system');
  return { pool, db: new Kysely<NoTables>({ dialect: new PostgresDialect({ pool }) }) };
}

/** For requests: every transaction is told who asks, and without a sight PostgreSQL shows nothing. */
export function connectScoped(url: string, name: string, max = 10): ScopedConnection {
  const raw = poolOf(url, name, max);
  const pool = new ScopedPool(raw);
  const dialect = new PostgresDialect({ pool: pool as unknown as pg.Pool });
  return { pool, db: new Kysely<NoTables>({ dialect }) };
}

function poolOf(url: string, name: string, max: number, options?: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    ...(options ? { options } : {}),
    max,
    application_name: `muster-${name}`,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 60_000,
    idle_in_transaction_session_timeout: 15_000,
  });
  // An idle client that loses its server emits here; the next query gets a new one or an error of its own.
  pool.on('error', () => undefined);
  // The same while it is lent out, between two statements of a transaction: without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** As the API, for whoever asks: rows outside of the caller's scopes are not there. */
export const APP_DATABASE = Symbol('APP_DATABASE');
/** As the API, for its own work: sessions, names, what it must not forget. Handlers of queries have no need of it. */
export const SYSTEM_DATABASE = Symbol('SYSTEM_DATABASE');
export const WORKER_DATABASE = Symbol('WORKER_DATABASE');
export const GATEWAY_DATABASE = Symbol('GATEWAY_DATABASE');
