// The code proves that the app works; from now on it is asked for at sign-in.
import { ConfirmTotp, SecondFactorEnrolled } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { Challenges } from '../challenges.ts';
import { Credentials } from '../credentials.ts';
import { asPerson, onPerson } from '../person-stream.ts';
import { acceptedStep } from '../second-factor.ts';

const ConfirmTotpCommand = commandOf(ConfirmTotp);

@CommandHandler(ConfirmTotpCommand)
export class ConfirmTotpHandler implements ICommandHandler<MessageOf<typeof ConfirmTotpCommand>> {
  constructor(
    @Inject(Challenges) private readonly challenges: Challenges,
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof ConfirmTotpCommand>): Promise<OutcomeOf<typeof ConfirmTotpCommand>> {
    const { personId, sessionId } = asPerson(context);
    const open = await this.challenges.attempt('enrol-totp', input.enrolmentId);
    if (open?.sessionId !== sessionId) throw new Refusal('conflict', 'ended', 'This took too long. Begin again');
    const { secret } = open.payload as { secret: string };
    const step = acceptedStep(secret, input.code, 0);
    if (step === null) {
      const sentence = 'That code is not the one of this moment. Look at the app again';
      throw new Refusal('invalid', 'code', sentence, { fields: [{ path: 'code', message: sentence }] });
    }
    const { eventIds, replayed } = await this.recorder.record(
      context,
      onPerson(personId, eventOf(SecondFactorEnrolled, { personId, factor: 'totp' })),
    );
    await this.credentials.setTotp(personId, secret, step);
    await this.challenges.close(input.enrolmentId);
    return { eventIds, replayed, answer: {} };
  }
}
