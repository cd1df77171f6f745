// Attests a review: whoever does it types the own name, and proved a second factor minutes ago.
import { AttestReview } from '@muster/contracts/reviews';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { PersonalData } from '../../../platform/personal-data/personal-data.ts';
import { requireSecondFactor } from '../deciding.ts';
import { attest } from '../review.aggregate.ts';
import { Reviews } from '../reviews.ts';

const AttestReviewCommand = commandOf(AttestReview);
const same = (a: string, b: string) => a.trim().toLocaleLowerCase() === b.trim().toLocaleLowerCase();

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
    const own = (await this.people.names([actor])).get(actor) ?? '';
    if (!same(own, name)) {
      const message = 'Type your own name as your account has it';
      throw new Refusal('invalid', 'invalid', `name: ${message}`, { fields: [{ path: 'name', message }] });
    }
    const sealed = await this.personal.seal(actor, own);
    const events = attest(state, { reviewId, actor, name: sealed, statement });
    const { eventIds, replayed } = await this.reviews.record(context, reviewId, state, events, statement);
    return { eventIds, replayed, answer: {} };
  }
}
