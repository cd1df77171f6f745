// Connections that tell PostgreSQL who asks, in each transaction anew: the settings end with it, so that a connection
// that goes back to the pool carries nothing of the one who used it.
import pg from 'pg';
import type { Pool, PoolClient, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import { currentSight, type Sight } from './sight.ts';

const BEGINS = /^\s*(begin|start transaction)\b/i;
const ENDS = /^\s*(commit|rollback)\s*;?\s*$/i;

/** What domains may do with a pool. */
export interface QueryPool {
  query<Row extends QueryResultRow>(query: string | QueryConfig, values?: unknown[]): Promise<QueryResult<Row>>;
}

export class ScopedPool implements QueryPool {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async connect(): Promise<ScopedClient> {
    // Read before anything is waited for: the pool hands connections over in whatever context they were given back.
    const sight = currentSight();
    return new ScopedClient(await this.#pool.connect(), sight);
  }

  async query<Row extends QueryResultRow>(query: string | QueryConfig, values?: unknown[]): Promise<QueryResult<Row>> {
    const client = await this.connect();
    try {
      return await client.query<Row>(query, values);
    } finally {
      client.release();
    }
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}

class ScopedClient {
  #open = false;

  readonly #client: PoolClient;
  readonly #sight: Sight | undefined;

  constructor(client: PoolClient, sight: Sight | undefined) {
    this.#client = client;
    this.#sight = sight;
  }

  async query<Row extends QueryResultRow>(query: string | QueryConfig, values?: unknown[]): Promise<QueryResult<Row>> {
    const text = typeof query === 'string' ? query : query.text;
    if (this.#open) {
      if (ENDS.test(text)) this.#open = false;
      return this.#client.query<Row>(query as string, values);
    }
    if (BEGINS.test(text)) {
      const begun = await this.#client.query<Row>(query as string, values);
      await this.#client.query(settingsOf(this.#sight));
      this.#open = true;
      return begun;
    }
    await this.#client.query(`begin; ${settingsOf(this.#sight)}`);
    try {
      const result = await this.#client.query<Row>(query as string, values);
      await this.#client.query('commit');
      return result;
    } catch (error) {
      await this.#client.query('rollback').catch(() => undefined);
      throw error;
    }
  }

  release(): void {
    this.#client.release();
  }
}

function settingsOf(sight: Sight | undefined): string {
  const scopes = pg.escapeLiteral(sight?.scopes.join(',') ?? '');
  const actor = pg.escapeLiteral(sight?.actor ?? '');
  return `select set_config('muster.scopes', ${scopes}, true), set_config('muster.actor', ${actor}, true)`;
}
