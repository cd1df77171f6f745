// Most events are facts. Whoever asks for facts finds the newest at once by walking the positions backward, and PostgreSQL
// does; an index entry for each was written for nobody. Rarer classes keep theirs.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, `drop index muster.audit_entries_class_position_idx`);
  await run(db, `create index on muster.audit_entries (class, position) where class <> 'fact'`);
}
