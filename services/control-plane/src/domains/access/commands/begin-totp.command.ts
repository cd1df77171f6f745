// A new secret for an authenticator app, shown once. Nothing changes before a code of it was given.
import { BeginTotp } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Challenges } from '../challenges.ts';
import { People } from '../people.ts';
import { asPerson } from '../person-stream.ts';
import { newTotp } from '../second-factor.ts';

const BeginTotpCommand = commandOf(BeginTotp);

@CommandHandler(BeginTotpCommand)
export class BeginTotpHandler implements ICommandHandler<MessageOf<typeof BeginTotpCommand>> {
  constructor(
    @Inject(People) private readonly people: People,
    @Inject(Challenges) private readonly challenges: Challenges,
  ) {}

  async execute({ context }: MessageOf<typeof BeginTotpCommand>): Promise<OutcomeOf<typeof BeginTotpCommand>> {
    const { personId, sessionId } = asPerson(context);
    const person = await this.people.byId(personId);
    const { secret, uri } = newTotp(person?.email ?? '');
    const { challengeId } = await this.challenges.open('enrol-totp', {
      personId,
      sessionId,
      payload: { secret },
      minutes: 15,
    });
    return {
      eventIds: [],
      replayed: false,
      answer: { enrolmentId: challengeId, totpUri: uri, totpSecret: secret },
    };
  }
}
