// The reviews domain: duties that come back until somebody attests them.
import { WORKER_STORE } from '../../platform/composition/tokens.ts';
import { domainModule } from '../../platform/composition/platform.module.ts';
import { WORKER_DATABASE, type Connection } from '../../platform/database/database.ts';
import type { EventStore, HintBus } from '../../platform/event-store/index.ts';
import { HINTS } from '../../platform/hints/hints.ts';
import { SubscriptionRegistry } from '../../platform/projections/subscription-registry.ts';
import { LiveHints } from '../../platform/realtime/live-hints.ts';
import { AccountsToReview, GrantsToReview, TokensToReview } from '../access/index.ts';
import { AssignReviewHandler } from './commands/assign-review.command.ts';
import { AttestReviewHandler } from './commands/attest-review.command.ts';
import { DecideItemHandler } from './commands/decide-item.command.ts';
import { OpenReviewHandler } from './commands/open-review.command.ts';
import { Deciding } from './deciding.ts';
import { ReviewDuties } from './duties.ts';
import { Openings } from './openings.ts';
import { OpenReviewWhenBreakGlassOpened } from './policies/open-review-when-break-glass-opened.policy.ts';
import { REVIEWS, ReviewsProjection } from './projections/reviews.projection.ts';
import { GetReviewHandler } from './queries/get-review.query.ts';
import { ListReviewsHandler } from './queries/list-reviews.query.ts';
import { ReviewRows } from './review-rows.ts';
import { Reviews } from './reviews.ts';
import { KeepReviews } from './schedules/keep-reviews.schedule.ts';
import { ReviewSources, type ReviewSource } from './sources.ts';

export const reviewsModule = domainModule({
  api: [
    {
      provide: ReviewSources,
      inject: [AccountsToReview, GrantsToReview, TokensToReview],
      useFactory: (...found: ReviewSource[]) => {
        const sources = new ReviewSources();
        for (const source of found) sources.add(source);
        return sources;
      },
    },
    Openings,
    Deciding,
    Reviews,
    ReviewRows,
    ReviewDuties,
    KeepReviews,
    OpenReviewHandler,
    AssignReviewHandler,
    DecideItemHandler,
    AttestReviewHandler,
    ListReviewsHandler,
    GetReviewHandler,
  ],
  worker: [
    {
      provide: ReviewsProjection,
      inject: [SubscriptionRegistry, HINTS, WORKER_STORE, WORKER_DATABASE],
      useFactory: (registry: SubscriptionRegistry, hints: HintBus, store: EventStore, database: Connection) => {
        const projection = new ReviewsProjection(new LiveHints(hints));
        registry.add(projection);
        registry.add(new OpenReviewWhenBreakGlassOpened(database, store));
        return projection;
      },
    },
  ],
  readModels: [REVIEWS],
});
