// Opens an access review before its time, for an audit or after somebody left.
import { OpenReview } from '@muster/contracts/reviews';
import { derivedId } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { Openings } from '../openings.ts';
import { reviewStream } from '../review.aggregate.ts';

const OpenReviewCommand = commandOf(OpenReview);

@CommandHandler(OpenReviewCommand)
export class OpenReviewHandler implements ICommandHandler<MessageOf<typeof OpenReviewCommand>> {
  constructor(
    @Inject(Openings) private readonly openings: Openings,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({ context }: MessageOf<typeof OpenReviewCommand>): Promise<OutcomeOf<typeof OpenReviewCommand>> {
    const { actor, tenantId } = context.principal;
    if ((await this.openings.openAccessReview(tenantId)) !== null) {
      throw new Refusal('conflict', 'open-already', 'An access review is open already. Attest that one first');
    }
    const reviewId = derivedId('reviews.review', actor, context.commandId);
    const { events, items } = await this.openings.accessReview(reviewId, tenantId, new Date());
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: reviewStream(reviewId),
      streamType: 'review',
      expectedVersion: 'new',
      events,
    });
    return { eventIds, replayed, answer: { reviewId, items } };
  }
}
