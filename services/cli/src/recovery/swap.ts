// Databases by name: a restore is prepared beside the one in use and takes its name at the end, so that a restore that fails
// leaves everything as it was, and the old database is kept until somebody drops it.
import pg from 'pg';
import { UsageError } from '../commands/failure.ts';

const IN_USE = '55006';

export class DatabaseServer {
  readonly #client: pg.Client;
  readonly #url: string;

  private constructor(client: pg.Client, url: string) {
    this.#client = client;
    this.#url = url;
  }

  /** `url`: of a database on that server, as superuser. */
  static async connect(url: string): Promise<DatabaseServer> {
    const maintenance = new URL(url);
    maintenance.pathname = '/postgres';
    const client = new pg.Client({ connectionString: maintenance.href, application_name: 'muster-restore' });
    await client.connect();
    return new DatabaseServer(client, url);
  }

  urlOf(name: string): string {
    const url = new URL(this.#url);
    url.pathname = `/${encodeURIComponent(name)}`;
    return url.href;
  }

  async has(name: string): Promise<boolean> {
    const { rowCount } = await this.#client.query('select 1 from pg_database where datname = $1', [name]);
    return rowCount !== 0;
  }

  async create(name: string): Promise<void> {
    await this.#client.query(`create database ${this.#client.escapeIdentifier(name)} template template0`);
  }

  /** A whole copy, by the server itself; nobody may be connected to the one that is copied. */
  async copy(from: string, to: string): Promise<void> {
    const quote = (name: string): string => this.#client.escapeIdentifier(name);
    await this.#client.query(`create database ${quote(to)} template ${quote(from)}`);
  }

  async drop(name: string): Promise<void> {
    await this.#client.query(`drop database if exists ${this.#client.escapeIdentifier(name)} with (force)`);
  }

  /** Throws UsageError naming who is still connected. */
  async rename(from: string, to: string): Promise<void> {
    const quote = (name: string): string => this.#client.escapeIdentifier(name);
    try {
      await this.#client.query(`alter database ${quote(from)} rename to ${quote(to)}`);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== IN_USE) throw error;
      throw new UsageError(`${from} is in use by ${await this.#users(from)}. Stop Muster’s processes first.`, {
        cause: error,
      });
    }
  }

  async requireUnused(name: string): Promise<void> {
    const users = await this.#users(name);
    if (users !== '') throw new UsageError(`${name} is in use by ${users}. Stop Muster’s processes first.`);
  }

  async #users(name: string): Promise<string> {
    const { rows } = await this.#client.query<{ users: string | null }>(
      `select string_agg(distinct coalesce(nullif(application_name, ''), usename), ', ') as users
       from pg_stat_activity where datname = $1`,
      [name],
    );
    return rows[0]?.users ?? '';
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}
