// Access reviews come back by themselves, and one that is not attested by its day raises an alarm. In the API's process,
// because only that may see how an account is secured; several of them open one review.
import { DEFAULT_TENANT, derivedId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { recordFact } from '../../../platform/cqrs/recorded-fact.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { EventStore, type NewEvent } from '../../../platform/event-store/index.ts';
import { Schedule } from '../../../platform/schedules/schedule.ts';
import { Openings } from '../openings.ts';
import { becomeOverdue, reviewFrom, reviewStream } from '../review.aggregate.ts';

const ACTOR = 'reviews.keep';

@Injectable()
export class KeepReviews extends Schedule {
  protected readonly everyMs = 2000;

  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Openings) private readonly openings: Openings,
  ) {
    super();
  }

  async run(now: Date): Promise<void> {
    const next = await this.openings.next(DEFAULT_TENANT);
    if (next !== null && next.at <= now) {
      const reviewId = derivedId(ACTOR, next.after);
      const { events } = await this.openings.accessReview(reviewId, DEFAULT_TENANT, now);
      await this.#append(reviewId, derivedId(ACTOR, 'open', next.after), events);
    }
    const { rows } = await sql<{ review_id: string }>`
      select review_id from muster.reviews_reviews
      where attested_at is null and overdue_at is null and due_at <= ${now} limit 100`.execute(this.database.db);
    for (const { review_id: reviewId } of rows) {
      const state = reviewFrom(await this.store.readStream(reviewStream(reviewId)));
      const events = state === null ? [] : becomeOverdue(state, reviewId, now);
      if (events.length > 0) await this.#append(reviewId, derivedId(ACTOR, 'overdue', reviewId), events);
    }
  }

  async #append(reviewId: string, commandId: string, events: readonly NewEvent[]): Promise<void> {
    await recordFact(this.store, {
      streamId: reviewStream(reviewId),
      streamType: 'review',
      events,
      actor: ACTOR,
      actorKind: 'schedule',
      tenantId: DEFAULT_TENANT,
      commandId,
    });
  }
}
