// Everything that is open or accepted, with its evidence, in the order of a review. A page goes on where the last ended,
// also when what it ended with was closed meanwhile.
import { ReviewFindings } from '@muster/contracts/posture';
import { isUuid } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { summaryById } from '../check-views.ts';
import { FindingViews } from '../finding-views.ts';
import { PostureScope } from '../posture-scope.ts';
import { inReview, ReviewOrder } from '../review-order.ts';

const ReviewFindingsQuery = queryOf(ReviewFindings);

interface Place {
  readonly checkId: string;
  readonly position: string;
  readonly findingId: string;
}

@QueryHandler(ReviewFindingsQuery)
export class ReviewFindingsHandler implements IQueryHandler<MessageOf<typeof ReviewFindingsQuery>> {
  constructor(
    @Inject(FindingViews) private readonly findings: FindingViews,
    @Inject(PostureScope) private readonly scope: PostureScope,
    @Inject(ReviewOrder) private readonly order: ReviewOrder,
  ) {}

  async execute({
    input: { groupId, after, limit },
    context,
  }: MessageOf<typeof ReviewFindingsQuery>): Promise<AnswerOf<typeof ReviewFindingsQuery>> {
    const { tenantId } = context.principal;
    const place = placeOf(after);
    const within = await this.scope.within('f', tenantId, { groupId });
    const checks = await this.order.checks(tenantId, within);
    const rest = checks.filter((checkId) => place === null || inReview(checkId, place.checkId) >= 0);
    const beyond =
      place === null
        ? sql`true`
        : sql`(c.check_id <> ${place.checkId}
            or (f.opened_position, f.finding_id) > (${place.position}::bigint, ${place.findingId}::uuid))`;
    const found = await this.findings.list(sql`
      where f.to_at is null and f.finding_id = any(array(
        select one.finding_id from unnest(${rest}::text[]) with ordinality as c(check_id, turn)
        cross join lateral (
          select f.finding_id, f.opened_position from muster.posture_findings f
          where f.tenant_id = ${tenantId} and f.check_id = c.check_id and f.to_at is null and ${within} and ${beyond}
          order by f.opened_position, f.finding_id limit ${limit + 1}) one
        order by c.turn, one.opened_position, one.finding_id limit ${limit + 1}))
      order by array_position(${rest}::text[], f.check_id), f.opened_position, f.finding_id`);
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    return {
      findings: shown.map(({ checkId, view }) => ({ ...view, check: summaryById(checkId) })),
      next:
        found.length > limit && last
          ? `${last.checkId}_${String(last.view.openedPosition)}_${last.view.findingId}`
          : null,
    };
  }
}

function placeOf(after: string | undefined): Place | null {
  if (after === undefined) return null;
  const [checkId = '', position = '', findingId = ''] = after.split('_');
  if (/^[A-Z0-9]{2,4}-\d{3}$/.test(checkId) && /^\d{1,18}$/.test(position) && isUuid(findingId)) {
    return { checkId, position, findingId };
  }
  const sentence = 'is not a place in this review. Start at the top';
  throw new Refusal('invalid', 'invalid', `after: ${sentence}`, { fields: [{ path: 'after', message: sentence }] });
}
