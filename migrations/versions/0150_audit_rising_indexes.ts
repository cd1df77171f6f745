// Positions only rise. An index that holds them falling takes each new row at the wrong end of its value's stretch, where
// PostgreSQL halves a full page; rising, it starts a new one, and pages stay full. The newest first is read backward.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';

const COLUMNS = ['type', 'class', 'actor'];
/** Most rows have none of these. */
const SOMETIMES = ['server_id', 'operation_id', 'client_id'];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const column of [...COLUMNS, ...SOMETIMES]) {
    const where = SOMETIMES.includes(column) ? `where ${column} is not null` : '';
    await run(db, `drop index muster.audit_entries_${column}_position_idx`);
    await run(db, `create index on muster.audit_entries (${column}, position) ${where}`);
  }
}
