// Codes from the app stop working. The last second factor stays where the policy asks for one.
import { RemoveTotp, SecondFactorRemoved } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { Credentials } from '../credentials.ts';
import { LastFactor } from '../last-factor.ts';
import { asPerson, onPerson } from '../person-stream.ts';

const RemoveTotpCommand = commandOf(RemoveTotp);

@CommandHandler(RemoveTotpCommand)
export class RemoveTotpHandler implements ICommandHandler<MessageOf<typeof RemoveTotpCommand>> {
  constructor(
    @Inject(LastFactor) private readonly lastFactor: LastFactor,
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({ context }: MessageOf<typeof RemoveTotpCommand>): Promise<OutcomeOf<typeof RemoveTotpCommand>> {
    const { personId } = asPerson(context);
    await this.lastFactor.requireAnother(context, 'totp');
    const { eventIds, replayed } = await this.recorder.record(
      context,
      onPerson(personId, eventOf(SecondFactorRemoved, { personId, factor: 'totp' })),
    );
    await this.credentials.removeTotp(personId);
    return { eventIds, replayed, answer: {} };
  }
}
