// Bans per minute, every minute named, also those in which nothing happened.
import { BanRate } from '@muster/contracts/bans';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { currentSight } from '../../../platform/database/sight.ts';

const BanRateQuery = queryOf(BanRate);
/** What is usual is said only after a day of knowing it. */
const USUAL_DAYS = 7;
const REMEMBER_MS = 10 * 60_000;

@QueryHandler(BanRateQuery)
export class BanRateHandler implements IQueryHandler<MessageOf<typeof BanRateQuery>> {
  /** By what the reader sees: what is usual for a part says nothing of the whole. */
  readonly #usual = new Map<string, { at: number; value: number | null }>();

  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  async execute({ input, context }: MessageOf<typeof BanRateQuery>): Promise<AnswerOf<typeof BanRateQuery>> {
    const { tenantId } = context.principal;
    const { rows } = await sql<{ at: Date; bans: number }>`
      with counted as (
        select date_trunc('minute', at) as minute, count(*)::int as bans from muster.bans_ban_log
        where tenant_id = ${tenantId} and what = 'banned' and at <= now()
          and at >= date_trunc('minute', now()) - make_interval(mins => ${input.minutes - 1})
        group by 1
      )
      select minute as at, coalesce(bans, 0) as bans
      from generate_series(date_trunc('minute', now()) - make_interval(mins => ${input.minutes - 1}),
        date_trunc('minute', now()), interval '1 minute') minute
      left join counted using (minute) order by minute`.execute(this.database.db);
    return {
      minutes: rows.map((row) => ({ at: row.at.toISOString(), bans: row.bans })),
      usual: await this.#usualRate(tenantId),
    };
  }

  async #usualRate(tenantId: string): Promise<number | null> {
    const seen = currentSight()?.scopes.join() ?? '';
    const known = this.#usual.get(seen);
    if (known && Date.now() - known.at < REMEMBER_MS) return known.value;
    const { rows } = await sql<{ rate: number | null }>`
      select case when min(at) < now() - interval '1 day'
        then round(count(*) / greatest(1, extract(epoch from now() - min(at)) / 60), 1)::float8 end as rate
      from (select at from muster.bans_ban_log
            where tenant_id = ${tenantId} and what = 'banned' and at <= now()
              and at > now() - make_interval(days => ${USUAL_DAYS})) week`.execute(this.database.db);
    const value = rows[0]?.rate ?? null;
    if (this.#usual.size > 1000) this.#usual.clear();
    this.#usual.set(seen, { at: Date.now(), value });
    return value;
  }
}
