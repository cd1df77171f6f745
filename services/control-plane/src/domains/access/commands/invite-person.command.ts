// Invites a person: the account is there from now on, and the link is the only way into it.
import { InvitePerson, PersonInvited } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { derivedId } from '@muster/kernel/ids';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { AlreadyTaken } from '../../../platform/event-store/index.ts';
import { PersonalData } from '../../../platform/personal-data/personal-data.ts';
import { emailTag } from '../email-tag.ts';
import { People } from '../people.ts';
import { PersonLinks } from '../person-links.ts';
import { onPerson } from '../person-stream.ts';

const InvitePersonCommand = commandOf(InvitePerson);

@CommandHandler(InvitePersonCommand)
export class InvitePersonHandler implements ICommandHandler<MessageOf<typeof InvitePersonCommand>> {
  constructor(
    @Inject(People) private readonly people: People,
    @Inject(PersonLinks) private readonly links: PersonLinks,
    @Inject(PersonalData) private readonly personal: PersonalData,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof InvitePersonCommand>): Promise<OutcomeOf<typeof InvitePersonCommand>> {
    const { actor } = context.principal;
    const personId = derivedId('person', actor, context.commandId);
    const tag = emailTag(this.people.box, input.email);
    if (await this.people.isTaken(tag)) throw taken(input.email);
    const expiresAt = new Date(Date.now() + input.hours * 3_600_000);
    const invited = eventOf(PersonInvited, {
      personId,
      name: await this.personal.seal(personId, input.name),
      email: await this.personal.seal(personId, input.email),
      role: input.role,
      linkExpiresAt: expiresAt.toISOString(),
    });
    try {
      const { eventIds, replayed } = await this.recorder.record(context, {
        ...onPerson(personId, invited),
        expectedVersion: 'new',
        reserve: [{ namespace: 'access.email', key: tag }],
      });
      const link = await this.links.make({
        personId,
        purpose: 'invitation',
        resetSecondFactor: false,
        expiresAt,
        madeBy: actor,
      });
      return { eventIds, replayed, answer: { personId, link, expiresAt: expiresAt.toISOString() } };
    } catch (error) {
      if (error instanceof AlreadyTaken) throw taken(input.email);
      throw error;
    }
  }
}

function taken(email: string): Refusal {
  const sentence = `There is an account with the address ${email} already`;
  return new Refusal('conflict', 'taken', sentence, {
    fields: [{ path: 'email', message: sentence }],
    recordedAs: 'There is an account with that address already',
  });
}
