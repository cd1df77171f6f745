// What people have to do, beside what servers need: reviews that wait or are late, grants that are about to
// end, an emergency account that is open.
import type { Attention } from '@muster/contracts/fleet';
import { Inject, Injectable } from '@nestjs/common';
import { BreakGlass, GrantDuties } from '../access/index.ts';
import { ReviewDuties } from '../reviews/index.ts';
import type { Principal } from '../../platform/cqrs/principal.ts';

const nobody: Attention['subject'] = { serverIds: [], names: [], id: null, text: null, until: null, count: null };
/** The page names some; the rest stands on the page of grants. */
const MOST_GRANTS = 20;

@Injectable()
export class Duties {
  constructor(
    @Inject(ReviewDuties) private readonly reviews: ReviewDuties,
    @Inject(GrantDuties) private readonly grants: GrantDuties,
    @Inject(BreakGlass) private readonly breakGlass: BreakGlass,
  ) {}

  async of(principal: Principal): Promise<Attention[]> {
    const [reviews, grants, unsealed] = await Promise.all([
      this.reviews.open(principal.tenantId),
      this.grants.endingSoon(principal),
      this.breakGlass.open(principal.tenantId),
    ]);
    return [
      ...unsealed.map(({ breakGlassId, reason, openedAt, until }): Attention => ({
        kind: 'break-glass-open',
        severity: 'critical',
        since: openedAt.toISOString(),
        subject: { ...nobody, id: breakGlassId, text: reason, until: until.toISOString() },
      })),
      ...reviews.map((review): Attention => {
        const late = review.state === 'overdue';
        return {
          kind: late ? 'review-overdue' : 'review-open',
          severity: late ? 'critical' : review.kind === 'break-glass' ? 'warn' : 'info',
          since: late ? review.dueAt : review.openedAt,
          subject: {
            ...nobody,
            id: review.reviewId,
            names: review.owner?.name ? [review.owner.name] : [],
            text: review.kind,
            until: late ? null : review.dueAt,
            count: review.undecided,
          },
        };
      }),
      ...grants.slice(0, MOST_GRANTS).map((grant): Attention => ({
        kind: 'grant-ending',
        severity: 'warn',
        since: grant.from,
        subject: {
          ...nobody,
          id: grant.grantId,
          names: grant.holder.name ? [grant.holder.name] : [],
          text: `${grant.roleTitle} on ${grant.scopeName}`,
          until: grant.until,
        },
      })),
    ];
  }
}
