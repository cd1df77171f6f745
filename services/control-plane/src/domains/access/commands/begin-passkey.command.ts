// What the browser needs to make a passkey for this Muster and this person.
import { BeginPasskey } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { Challenges } from '../challenges.ts';
import { Passkeys } from '../passkeys.ts';
import { People } from '../people.ts';
import { asPerson } from '../person-stream.ts';

const BeginPasskeyCommand = commandOf(BeginPasskey);

@CommandHandler(BeginPasskeyCommand)
export class BeginPasskeyHandler implements ICommandHandler<MessageOf<typeof BeginPasskeyCommand>> {
  constructor(
    @Inject(People) private readonly people: People,
    @Inject(Passkeys) private readonly passkeys: Passkeys,
    @Inject(Challenges) private readonly challenges: Challenges,
  ) {}

  async execute({ context }: MessageOf<typeof BeginPasskeyCommand>): Promise<OutcomeOf<typeof BeginPasskeyCommand>> {
    const { personId, sessionId } = asPerson(context);
    const person = await this.people.byId(personId);
    if (!person) throw notFound('person');
    const options = await this.passkeys.beginAdding(person);
    const { challengeId } = await this.challenges.open('enrol-passkey', {
      personId,
      sessionId,
      payload: { challenge: options.challenge },
      minutes: 15,
    });
    return { eventIds: [], replayed: false, answer: { enrolmentId: challengeId, options: { ...options } } };
  }
}
