// Lets things happen a week ago, in a spec: what is appended is recorded then, and what is asked is answered by the clock of
// then. The function that appends is changed in the spec's own database; production takes no time from anybody.
import type pg from 'pg';
import { vi } from 'vitest';

export const WEEK = 7 * 86_400_000;
const CLOCK = 'v_now := clock_timestamp();';

export class LastWeek {
  private constructor(
    private readonly superuser: pg.Pool,
    private readonly appends: string,
  ) {}

  static async begin(superuser: pg.Pool): Promise<LastWeek> {
    const { rows } = await superuser.query<{ source: string }>(
      `select pg_get_functiondef('es.append_group'::regproc) as source`,
    );
    const source = rows[0]?.source ?? '';
    if (!source.includes(CLOCK))
      throw new Error('es.append_group takes its time from elsewhere now: steer that instead');
    // At the beginning of a month the week before lies in another partition.
    await superuser.query(`select es.ensure_partition(((now() - interval '7 days') at time zone 'UTC')::date)`);
    await superuser.query(source.replace(CLOCK, `v_now := clock_timestamp() - interval '7 days';`));
    return new LastWeek(superuser, source);
  }

  /** Asks as if it were a week ago. The clock stands still meanwhile. */
  async by<Answer>(asks: () => Promise<Answer>): Promise<Answer> {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - WEEK });
    try {
      return await asks();
    } finally {
      vi.useRealTimers();
    }
  }

  /** What is appended from now on is recorded now. */
  async end(): Promise<void> {
    await this.superuser.query(this.appends);
  }
}
