// The mean score of every day, with what was open then: one pass over the spans, however many servers there are.
import { GetTrend } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { PostureScope } from '../posture-scope.ts';

const GetTrendQuery = queryOf(GetTrend);

interface Row {
  readonly at: Date;
  readonly score: number | null;
  readonly judged: number;
  readonly critical: number;
  readonly high: number;
}

@QueryHandler(GetTrendQuery)
export class GetTrendHandler implements IQueryHandler<MessageOf<typeof GetTrendQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(PostureScope) private readonly scope: PostureScope,
  ) {}

  async execute({
    input: { groupId, serverId, days },
    context,
  }: MessageOf<typeof GetTrendQuery>): Promise<AnswerOf<typeof GetTrendQuery>> {
    const { tenantId } = context.principal;
    const within = await this.scope.within('s', tenantId, { groupId, serverId });
    const end = new Date();
    const start = new Date(end.getTime() - days * 86_400_000);
    // A span adds at the first point it holds for, and takes away at the first point it no longer does.
    const { rows } = await sql<Row>`
      with spans as (
        select * from muster.posture_scores s
        where s.tenant_id = ${tenantId} and (s.to_at is null or s.to_at > ${start}) and ${within}),
      moves as (
        select from_at as at, 1 as sign, score, critical, high from spans
        union all
        select to_at, -1, score, critical, high from spans where to_at is not null),
      sums as (
        select greatest(0, ceil(extract(epoch from at - ${start}::timestamptz) / 86400))::int as point, sum(sign)::int as judged,
          sum(sign * score) as score, sum(sign * critical)::int as critical, sum(sign * high)::int as high
        from moves group by 1)
      select ${start}::timestamptz + make_interval(days => point) as at,
        round(sum(s.score) over up / nullif(sum(s.judged) over up, 0), 1)::float8 as score,
        coalesce(sum(s.judged) over up, 0)::int as judged, coalesce(sum(s.critical) over up, 0)::int as critical,
        coalesce(sum(s.high) over up, 0)::int as high
      from generate_series(0, ${days}::int) as point left join sums s using (point)
      window up as (order by point) order by point`.execute(this.database.db);
    return {
      points: rows.map(({ at, score, judged, critical, high }) => ({
        at: at.toISOString(),
        score,
        judged,
        critical,
        high,
      })),
    };
  }
}
