// Who may do what with a table: every version that makes one says so with `grant`, in one line per table.
import { sql, type Kysely } from 'kysely';

export type GrantedRole = 'app' | 'worker' | 'gateway' | 'signer' | 'sequencer' | 'auditor';
export type Privilege = 'select' | 'insert' | 'update' | 'delete';

/**
 * grant(db, 'muster.bans_blocks', { app: ['select'], worker: ['select', 'insert', 'update'] })
 *
 * Roles that are not named get nothing. The auditor reads every table of schema muster without being named.
 */
export async function grant(
  db: Kysely<unknown>,
  table: `${string}.${string}`,
  to: Partial<Record<GrantedRole, readonly Privilege[]>>,
): Promise<void> {
  for (const [role, privileges] of Object.entries(to)) {
    await sql`grant ${sql.raw(privileges.join(', '))} on ${sql.table(table)} to ${sql.id(`muster_${role}`)}`.execute(
      db,
    );
  }
}

/** Several statements of plain SQL, as they would stand in a file. */
export async function run(db: Kysely<unknown>, statements: string): Promise<void> {
  await sql.raw(statements).execute(db);
}
