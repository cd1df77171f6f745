// Partitions of the ban log, one per month, made before the first line of the month needs them.
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';

const DAY = 24 * 3600 * 1000;

export class BanLogMonths {
  readonly #known = new Set<string>();

  constructor(private readonly database: Connection) {}

  /** Months far from the present are left to the default partition. */
  async ensure(days: Iterable<Date>): Promise<void> {
    const months = new Set([...days].map((day) => `${day.toISOString().slice(0, 7)}-01`));
    for (const month of months) {
      if (this.#known.has(month)) continue;
      await sql`select muster.bans_ensure_month(${month}::date)`.execute(this.database.db);
      if (this.#known.size > 1000) this.#known.clear();
      this.#known.add(month);
    }
  }

  /** This month and the next one. */
  async ensureAhead(now: Date): Promise<void> {
    await this.ensure([now, new Date(now.getTime() + 31 * DAY)]);
  }
}
