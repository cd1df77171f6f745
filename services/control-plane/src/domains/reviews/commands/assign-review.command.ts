// Makes a review the duty of somebody who can do it.
import { AssignReview } from '@muster/contracts/reviews';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ownersInForce } from '../../access/index.ts';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { assign } from '../review.aggregate.ts';
import { Reviews } from '../reviews.ts';

const AssignReviewCommand = commandOf(AssignReview);

@CommandHandler(AssignReviewCommand)
export class AssignReviewHandler implements ICommandHandler<MessageOf<typeof AssignReviewCommand>> {
  constructor(
    @Inject(Reviews) private readonly reviews: Reviews,
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
  ) {}

  async execute({
    input: { reviewId, ownerId, reason },
    context,
  }: MessageOf<typeof AssignReviewCommand>): Promise<OutcomeOf<typeof AssignReviewCommand>> {
    const { tenantId } = context.principal;
    const state = await this.reviews.read(reviewId, tenantId);
    if (!(await ownersInForce(this.database, tenantId)).includes(ownerId)) {
      throw new Refusal('invalid', 'invalid', 'ownerId: A review is an owner’s duty. Choose an owner', {
        fields: [{ path: 'ownerId', message: 'A review is an owner’s duty. Choose an owner' }],
      });
    }
    const { eventIds, replayed } = await this.reviews.record(
      context,
      reviewId,
      state,
      assign(state, reviewId, ownerId, reason),
      reason,
    );
    return { eventIds, replayed, answer: {} };
  }
}
