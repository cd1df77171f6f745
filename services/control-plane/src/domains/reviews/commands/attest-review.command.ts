// Attests a review: whoever does it types the own name, and proved a second factor minutes ago.
import { AttestReview } from '@muster/contracts/reviews';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { requireSecondFactor } from '../../../platform/cqrs/second-factor.ts';
import { sealOwnName } from '../../../platform/personal-data/own-name.ts';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { PersonalData } from '../../../platform/personal-data/personal-data.ts';
import { attest } from '../review.aggregate.ts';
import { Reviews } from '../reviews.ts';

const AttestReviewCommand = commandOf(AttestReview);

@CommandHandler(AttestReviewCommand)
export class AttestReviewHandler implements ICommandHandler<MessageOf<typeof AttestReviewCommand>> {
  constructor(
    @Inject(Reviews) private readonly reviews: Reviews,
    @Inject(PEOPLE) private readonly people: PersonNames,
    @Inject(PersonalData) private readonly personal: PersonalData,
  ) {}

  async execute({
    input: { reviewId, name, statement },
    context,
  }: MessageOf<typeof AttestReviewCommand>): Promise<OutcomeOf<typeof AttestReviewCommand>> {
    const { actor, tenantId } = context.principal;
    const state = await this.reviews.read(reviewId, tenantId);
    requireSecondFactor(context.principal, 'A review is attested');
    const sealed = await sealOwnName(actor, name, { people: this.people, personal: this.personal });
    const events = attest(state, { reviewId, actor, name: sealed, statement });
    const { eventIds, replayed } = await this.reviews.record(context, reviewId, state, events, statement);
    return { eventIds, replayed, answer: {} };
  }
}
