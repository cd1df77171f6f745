// The last job of a server is asked for by pages; its jobs are few beside its blocks.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, `create index on muster.operations_tasks (server_id, task, place) where lane = 'job';`);
}
