// Whether a client has, or ever had, a site that the asker sees is asked for each row of a list of clients; the index there was
// knows sites in force only.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, 'create index on muster.clients_sites (client_id) where client_id is not null');
}
