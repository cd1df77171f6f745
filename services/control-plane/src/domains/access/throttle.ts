// Growing delay for who fails to prove who he is. A turn is taken before the proof is looked at, so that a thousand
// guesses at once are one turn; it is given back when the proof was right. Kept in the database: a restart forgives nothing.
//
// Who may wait for whom: a browser or an address from which the account was opened before has a turn of its own, which
// strangers cannot use up. All other browsers share one turn per account, however many addresses they come from. And
// each address has one for all accounts.
import { sql } from 'kysely';
import type { Connection, Database } from '../../platform/database/database.ts';
import { Refusal } from '../../platform/errors/refusal.ts';

const LONGEST_SECONDS = 900;
const FORGIVEN_AFTER_HOURS = 24;
/**
 * How far back a turn that costs nothing is dated: callers bring their own clocks, and of two at the same moment, or
 * of two processes, the later may have written first. No wait is shorter than a second, so nothing is forgiven by it.
 */
const SAME_MOMENT_SECONDS = 5;

export interface Subject {
  readonly key: string;
  /** Failures that cost nothing; after them the delay doubles from a second on. */
  readonly free: number;
}

/** Failures of one person at their own desk, and of a whole office behind one address. */
export const accountSubject = (key: string): Subject => ({ key, free: 5 });
export const sourceSubject = (key: string): Subject => ({ key, free: 20 });

export class SignInThrottle {
  constructor(
    private readonly database: Connection,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Takes a turn of each subject, or throws Refusal and takes none. */
  async take(subjects: readonly Subject[]): Promise<void> {
    const now = this.now();
    await this.database.db.transaction().execute(async (trx) => {
      // In one order everywhere, so that two visitors never wait for each other.
      for (const { key, free } of subjects.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
        const { rows } = await sql`
          insert into muster.access_throttle as t (subject, failures, not_before) values (${key}, 1, ${before(now)})
          on conflict (subject) do update set
            failures = case when t.not_before < ${now}::timestamptz - make_interval(hours => ${FORGIVEN_AFTER_HOURS})
                       then 1 else t.failures + 1 end,
            not_before = ${now}::timestamptz + make_interval(secs => case when t.failures < ${free} then ${-SAME_MOMENT_SECONDS}
              else least(${LONGEST_SECONDS}, power(2, least(t.failures - ${free}, 12))) end)
          where t.not_before <= ${now} returning subject`.execute(trx);
        if (rows.length === 0) throw await tooSoon(trx, key, now);
      }
    });
  }

  /** The proof was right: this turn does not count. */
  async giveBack(subjects: readonly Subject[]): Promise<void> {
    await sql`
      update muster.access_throttle set failures = greatest(0, failures - 1), not_before = ${before(this.now())}
      where subject = any(${subjects.map(({ key }) => key)}::text[])`.execute(this.database.db);
  }

  /** Somebody got in: what he failed before is forgotten. */
  async forget(subjects: readonly Subject[]): Promise<void> {
    await sql`
      delete from muster.access_throttle where subject = any(${subjects.map(({ key }) => key)}::text[])`.execute(
      this.database.db,
    );
  }
}

/** On the transaction's own connection: who waits for a second one while holding the first may wait for ever. */
async function tooSoon(trx: Database, key: string, now: Date): Promise<Refusal> {
  const { rows } = await sql<{ wait: number }>`
    select extract(epoch from not_before - ${now}::timestamptz)::float8 as wait
    from muster.access_throttle where subject = ${key}`.execute(trx);
  const wait = Math.max(1, rows[0]?.wait ?? 1);
  return new Refusal('too-many', 'throttled', `Too many attempts. The next one is looked at in ${words(wait)}`, {
    retryAfter: wait,
  });
}

function before(now: Date): Date {
  return new Date(now.getTime() - SAME_MOMENT_SECONDS * 1000);
}

function words(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
