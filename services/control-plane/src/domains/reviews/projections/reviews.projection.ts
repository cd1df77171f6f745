// Read model of reviews and their items.
import {
  ReviewAssigned,
  ReviewAttested,
  ReviewItemDecided,
  ReviewItemsListed,
  ReviewOpened,
  ReviewOverdue,
} from '@muster/contracts/reviews';
import type { EventStoreTransaction, SequencedEvent } from '../../../platform/event-store/index.ts';
import type { ReadModelKey, Subscription } from '../../../platform/projections/index.ts';
import type { LiveHints } from '../../../platform/realtime/live-hints.ts';
import type { ReviewTables } from '../tables.ts';

export const REVIEWS: ReadModelKey = { name: 'read-model/reviews', version: 1 };

export class ReviewsProjection implements Subscription {
  readonly name = REVIEWS.name;
  readonly version = REVIEWS.version;
  readonly types = [
    ReviewOpened.type,
    ReviewItemsListed.type,
    ReviewAssigned.type,
    ReviewItemDecided.type,
    ReviewAttested.type,
    ReviewOverdue.type,
  ];
  readonly from = 'beginning';

  constructor(private readonly live: LiveHints) {}

  async handle(trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    for (const event of events) await project(trx, event);
  }

  afterCommit(events: readonly SequencedEvent[]): Promise<void> {
    this.live.changed('reviews', events.at(-1)?.position ?? null);
    return Promise.resolve();
  }
}

async function project(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
  const db = trx.withTables<ReviewTables>();
  const change = (reviewId: string, set: Partial<ReviewTables['muster.reviews_reviews']>) =>
    db.updateTable('muster.reviews_reviews').set(set).where('review_id', '=', reviewId).execute();
  switch (event.type) {
    case ReviewOpened.type: {
      const { reviewId, kind, ownerId, about, dueAt, items } = ReviewOpened.schema.parse(event.data);
      await db
        .insertInto('muster.reviews_reviews')
        .values({
          review_id: reviewId,
          tenant_id: event.tenantId,
          kind,
          owner_id: ownerId,
          about,
          items,
          opened_at: event.recordedAt,
          opened_position: event.position,
          due_at: new Date(dueAt),
        })
        .onConflict((conflict) => conflict.column('review_id').doNothing())
        .execute();
      return;
    }
    case ReviewItemsListed.type: {
      const { reviewId, items } = ReviewItemsListed.schema.parse(event.data);
      const rows = items.map(({ itemId, kind, thingId, holderId, facts, lastUsedAt }) => ({
        review_id: reviewId,
        item_id: itemId,
        tenant_id: event.tenantId,
        kind,
        thing_id: thingId,
        holder_id: holderId,
        facts,
        last_used_at: lastUsedAt === null ? null : new Date(lastUsedAt),
      }));
      await db
        .insertInto('muster.reviews_items')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return;
    }
    case ReviewAssigned.type: {
      const { reviewId, ownerId } = ReviewAssigned.schema.parse(event.data);
      await change(reviewId, { owner_id: ownerId });
      return;
    }
    case ReviewItemDecided.type: {
      const { reviewId, itemId, decision, reason } = ReviewItemDecided.schema.parse(event.data);
      await db
        .updateTable('muster.reviews_items')
        .set({ decision, reason, decided_by: event.meta.actor, decided_at: event.recordedAt })
        .where('review_id', '=', reviewId)
        .where('item_id', '=', itemId)
        .execute();
      return;
    }
    case ReviewAttested.type: {
      const { reviewId, statement } = ReviewAttested.schema.parse(event.data);
      await change(reviewId, { attested_at: event.recordedAt, attested_by: event.meta.actor, statement });
      return;
    }
    case ReviewOverdue.type: {
      await change(ReviewOverdue.schema.parse(event.data).reviewId, { overdue_at: event.recordedAt });
      return;
    }
    default:
      throw new Error(`reviews do not follow ${event.type}`);
  }
}
