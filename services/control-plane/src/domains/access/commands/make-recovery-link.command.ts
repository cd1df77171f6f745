// A link with which a person gets in again. Made by somebody else, for nobody recovers his own account alone.
import { MakeRecoveryLink, RecoveryLinkMade } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import { People } from '../people.ts';
import { PersonLinks } from '../person-links.ts';
import { onPerson } from '../person-stream.ts';

const MakeRecoveryLinkCommand = commandOf(MakeRecoveryLink);

@CommandHandler(MakeRecoveryLinkCommand)
export class MakeRecoveryLinkHandler implements ICommandHandler<MessageOf<typeof MakeRecoveryLinkCommand>> {
  constructor(
    @Inject(People) private readonly people: People,
    @Inject(PersonLinks) private readonly links: PersonLinks,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof MakeRecoveryLinkCommand>): Promise<OutcomeOf<typeof MakeRecoveryLinkCommand>> {
    const { personId, resetSecondFactor, reason } = input;
    const { actor, tenantId } = context.principal;
    if (personId === actor) {
      throw new Refusal(
        'forbidden',
        'own-account',
        'Somebody else makes the link to your account. You can change your password',
      );
    }
    const person = await this.people.byId(personId);
    if (person?.tenantId !== tenantId) throw notFound('person');
    const invited = person.state === 'invited';
    const expiresAt = new Date(Date.now() + input.hours * 3_600_000);
    const { eventIds, replayed } = await this.recorder.record(
      context,
      onPerson(
        personId,
        eventOf(RecoveryLinkMade, {
          personId,
          resetSecondFactor: resetSecondFactor && !invited,
          expiresAt: expiresAt.toISOString(),
          reason,
        }),
      ),
    );
    const link = await this.links.make({
      personId,
      purpose: invited ? 'invitation' : 'recovery',
      resetSecondFactor: resetSecondFactor && !invited,
      expiresAt,
      madeBy: actor,
    });
    return { eventIds, replayed, answer: { personId, link, expiresAt: expiresAt.toISOString() } };
  }
}
