// Whether a task was asked for again is asked whenever tasks end, of each task of their operation. Few were: without an index
// the whole table is read for that, every time.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, 'create index on muster.operations_tasks (retry_of) where retry_of is not null');
}
