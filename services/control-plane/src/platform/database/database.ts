// One pool per role and process. Domains see their own tables through `withTables`; bigint arrives as number, because
// every bigint of ours is a count or a position far below 2^53.
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

pg.types.setTypeParser(pg.types.builtins.INT8, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`integer ${text} is too large for a number`);
  return value;
});

// Tables are declared per domain; the base handle knows none.
export interface NoTables {}
export type Database = Kysely<NoTables>;

export interface Connection {
  readonly pool: pg.Pool;
  readonly db: Database;
}

export function connect(url: string, name: string, max = 10): Connection {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: `muster-${name}`,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 60_000,
    idle_in_transaction_session_timeout: 15_000,
  });
  // An idle client that loses its server emits here; the next query gets a new one or an error of its own.
  pool.on('error', () => undefined);
  return { pool, db: new Kysely<NoTables>({ dialect: new PostgresDialect({ pool }) }) };
}

export const APP_DATABASE = Symbol('APP_DATABASE');
export const WORKER_DATABASE = Symbol('WORKER_DATABASE');
export const GATEWAY_DATABASE = Symbol('GATEWAY_DATABASE');
