// Blue/green rebuild of a read model: a new version of the subscription fills tables of its own from the beginning,
// while pages read the old ones through a view. When it has caught up the view is moved, in one transaction.
import { sql, type Kysely } from 'kysely';
import type { EventStoreTransaction } from '../event-store/index.ts';
import { read } from './checkpoints.ts';

/** How many events a version still has to read; 0 when it has caught up. */
export async function behind(db: Kysely<unknown>, name: string, version: number): Promise<number> {
  const state = await read(db, { name, version });
  const { rows } = await sql<{ size: string }>`select size from es.log_state`.execute(db);
  return Number(rows[0]?.size ?? 0) - 1 - (state?.position ?? -1);
}

/** Lets `view` show `table` from now on. Both as `schema.name`; needs the owner's rights, so a migration calls it. */
export async function swapView(trx: EventStoreTransaction, view: string, table: string): Promise<void> {
  await sql`create or replace view ${sql.table(view)} as select * from ${sql.table(table)}`.execute(trx);
}
