// Reviews, and when the next one falls due: that nothing is due is an answer too.
import { ListReviews } from '@muster/contracts/reviews';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { SETTINGS, type Settings } from '../../../platform/config/settings.ts';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { Openings } from '../openings.ts';
import { ReviewRows } from '../review-rows.ts';

const ListReviewsQuery = queryOf(ListReviews);

@QueryHandler(ListReviewsQuery)
export class ListReviewsHandler implements IQueryHandler<MessageOf<typeof ListReviewsQuery>> {
  constructor(
    @Inject(ReviewRows) private readonly rows: ReviewRows,
    @Inject(Openings) private readonly openings: Openings,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async execute({ context }: MessageOf<typeof ListReviewsQuery>): Promise<AnswerOf<typeof ListReviewsQuery>> {
    const { tenantId } = context.principal;
    const [reviews, next] = await Promise.all([
      this.rows.list(sql`r.tenant_id = ${tenantId}`),
      this.openings.next(tenantId),
    ]);
    return {
      reviews,
      nextAt: next?.at.toISOString() ?? null,
      everyDays: this.settings.MUSTER_REVIEW_EVERY_DAYS,
      dueDays: this.settings.MUSTER_REVIEW_DUE_DAYS,
    };
  }
}
