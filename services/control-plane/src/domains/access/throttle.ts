// Growing delay for who fails to sign in: per account and per source address together, so that a stranger neither
// guesses on nor locks the owner out, who comes from another address. Kept in the database: a restart forgives nothing.
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';
import { Refusal } from '../../platform/errors/refusal.ts';

/** Failures that cost nothing; then the delay doubles from a second to fifteen minutes. */
const FREE = 5;
const LONGEST_SECONDS = 900;
const FORGIVEN_AFTER_HOURS = 24;

export class SignInThrottle {
  constructor(private readonly database: Connection) {}

  /** Throws Refusal when one of the subjects must still wait. */
  async requireTurn(subjects: readonly string[]): Promise<void> {
    const { rows } = await sql<{ wait: number }>`
      select coalesce(max(extract(epoch from not_before - now())), 0)::float8 as wait
      from muster.access_throttle where subject = any(${subjects}::text[])`.execute(this.database.db);
    const wait = rows[0]?.wait ?? 0;
    if (wait <= 0) return;
    throw new Refusal('too-many', 'throttled', `Too many attempts. The next one is looked at in ${words(wait)}`, {
      retryAfter: wait,
    });
  }

  async failed(subjects: readonly string[]): Promise<void> {
    for (const subject of subjects) {
      await sql`
        insert into muster.access_throttle as t (subject, failures, not_before) values (${subject}, 1, now())
        on conflict (subject) do update set
          failures = case when t.not_before < now() - make_interval(hours => ${FORGIVEN_AFTER_HOURS}) then 1
                     else t.failures + 1 end,
          not_before = now() + make_interval(secs => case when t.failures < ${FREE} then 0
            else least(${LONGEST_SECONDS}, power(2, least(t.failures - ${FREE}, 12))) end)`.execute(this.database.db);
    }
  }

  async succeeded(subjects: readonly string[]): Promise<void> {
    await sql`delete from muster.access_throttle where subject = any(${subjects}::text[])`.execute(this.database.db);
  }
}

function words(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
