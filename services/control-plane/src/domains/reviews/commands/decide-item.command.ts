// Keeps an item, or ends what it asks about. The end comes first: should the process die in between, the item is still
// undecided and the same command goes on from there.
import { DecideItem } from '@muster/contracts/reviews';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { requireSecondFactor } from '../../../platform/cqrs/second-factor.ts';
import { Deciding } from '../deciding.ts';
import { decidable, decide } from '../review.aggregate.ts';
import { Reviews } from '../reviews.ts';
import { ReviewSources } from '../sources.ts';

const DecideItemCommand = commandOf(DecideItem);

@CommandHandler(DecideItemCommand)
export class DecideItemHandler implements ICommandHandler<MessageOf<typeof DecideItemCommand>> {
  constructor(
    @Inject(Reviews) private readonly reviews: Reviews,
    @Inject(ReviewSources) private readonly sources: ReviewSources,
    @Inject(Deciding) private readonly deciding: Deciding,
  ) {}

  async execute({ input, context }: MessageOf<typeof DecideItemCommand>): Promise<OutcomeOf<typeof DecideItemCommand>> {
    const { principal } = context;
    const { reviewId, itemId, decision, reason } = input;
    const state = await this.reviews.read(reviewId, principal.tenantId);
    const by = { actor: principal.actor, alone: await this.deciding.isAlone(principal) };
    const item = decidable(state, itemId, by);
    if (item.holderId === by.actor) requireSecondFactor(principal, 'What is your own is decided');
    const ended = decision === 'revoked' ? await this.sources.of(item.kind).end(item.thingId, reason, context) : [];
    const events = decide(state, input, by);
    const { eventIds, replayed } = await this.reviews.record(context, reviewId, state, events, reason);
    return { eventIds: [...ended, ...eventIds], replayed, answer: {} };
  }
}
