// A passkey stops working. The last second factor stays where the policy asks for one.
import { PasskeyRemoved, RemovePasskey } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { LastFactor } from '../last-factor.ts';
import { Passkeys } from '../passkeys.ts';
import { asPerson, onPerson } from '../person-stream.ts';

const RemovePasskeyCommand = commandOf(RemovePasskey);

@CommandHandler(RemovePasskeyCommand)
export class RemovePasskeyHandler implements ICommandHandler<MessageOf<typeof RemovePasskeyCommand>> {
  constructor(
    @Inject(Passkeys) private readonly passkeys: Passkeys,
    @Inject(LastFactor) private readonly lastFactor: LastFactor,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof RemovePasskeyCommand>): Promise<OutcomeOf<typeof RemovePasskeyCommand>> {
    const { personId } = asPerson(context);
    const { passkeyId } = input;
    const own = await this.passkeys.of(personId);
    if (!own.some((row) => row.passkey_id === passkeyId)) throw notFound('passkey');
    if (own.length === 1) await this.lastFactor.requireAnother(context, 'passkey');
    const { eventIds, replayed } = await this.recorder.record(
      context,
      onPerson(personId, eventOf(PasskeyRemoved, { personId, passkeyId })),
    );
    await this.passkeys.remove(personId, passkeyId);
    return { eventIds, replayed, answer: {} };
  }
}
