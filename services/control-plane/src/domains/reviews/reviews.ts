// The stream of a review, read and written for commands.
import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../platform/cqrs/principal.ts';
import { Recorder } from '../../platform/cqrs/recorder.ts';
import { notFound } from '../../platform/errors/refusal.ts';
import { EventStore, type Appended, type NewEvent } from '../../platform/event-store/index.ts';
import { reviewFrom, reviewStream, type ReviewState } from './review.aggregate.ts';

@Injectable()
export class Reviews {
  constructor(
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  /** Throws Refusal when there is no such review. */
  async read(reviewId: string, tenantId: string): Promise<ReviewState> {
    const events = await this.store.readStream(reviewStream(reviewId));
    const state = events[0]?.tenantId === tenantId ? reviewFrom(events) : null;
    if (!state) throw notFound('review');
    return state;
  }

  record(
    context: RequestContext,
    reviewId: string,
    state: ReviewState,
    events: readonly NewEvent[],
    internalReason?: string,
  ): Promise<Appended> {
    return this.recorder.record(context, {
      streamId: reviewStream(reviewId),
      streamType: 'review',
      expectedVersion: state.version,
      events,
      ...(internalReason === undefined ? {} : { internalReason }),
    });
  }
}
