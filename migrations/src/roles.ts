// The cluster's roles. One owner that nobody can sign in as, and one login per process, so that what a stolen
// password can do is what that one process can do.
import { sql, type Kysely } from 'kysely';

export const OWNER = 'muster_owner';

export const LOGIN_ROLES = [
  'muster_app',
  'muster_worker',
  'muster_gateway',
  'muster_signer',
  'muster_sequencer',
  'muster_prober',
  'muster_auditor',
] as const;
export type LoginRole = (typeof LOGIN_ROLES)[number];
export type RolePasswords = Partial<Record<LoginRole, string>>;

/** A transaction that forgets to end holds back vacuum for everybody. */
const IDLE_IN_TRANSACTION = '30s';

/** Roles belong to the cluster, and no lock reaches across databases, so that a lost race is simply tried again. */
const ATTEMPTS = 20;
const RACES = new Set(['42710', '23505', 'XX000', '40001', '40P01']);

export async function createRoles(db: Kysely<unknown>, passwords: RolePasswords): Promise<void> {
  await ensureRole(db, OWNER, 'nologin noinherit');
  for (const role of LOGIN_ROLES) {
    await ensureRole(db, role, 'login noinherit');
    const password = passwords[role];
    if (password !== undefined) await setPassword(db, role, password);
  }
}

async function ensureRole(db: Kysely<unknown>, role: string, attributes: string): Promise<void> {
  await retryRaces(async () => {
    const { rows } = await sql`select 1 from pg_roles where rolname = ${role}`.execute(db);
    if (rows.length > 0) return;
    await sql
      .raw(`create role ${role} ${attributes} nosuperuser nocreatedb nocreaterole noreplication nobypassrls`)
      .execute(db);
    await sql.raw(`alter role ${role} set idle_in_transaction_session_timeout = '${IDLE_IN_TRANSACTION}'`).execute(db);
  });
}

async function setPassword(db: Kysely<unknown>, role: LoginRole, password: string): Promise<void> {
  await retryRaces(async () => {
    const { rows } = await sql<{ statement: string }>`
      select format('alter role %I password %L', ${role}::text, ${password}::text) as statement`.execute(db);
    for (const { statement } of rows) await sql.raw(statement).execute(db);
  });
}

async function retryRaces(action: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (attempt === ATTEMPTS || !RACES.has(code)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 40));
    }
  }
}
