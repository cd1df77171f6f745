// Keeps the public half of the passkey that the browser made. The other half never leaves the authenticator.
import { AddPasskey, PasskeyAdded } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { newId } from '@muster/kernel/ids';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { PersonalData } from '../../../platform/personal-data/personal-data.ts';
import { Challenges } from '../challenges.ts';
import { Passkeys } from '../passkeys.ts';
import { asPerson, onPerson } from '../person-stream.ts';

const AddPasskeyCommand = commandOf(AddPasskey);

@CommandHandler(AddPasskeyCommand)
export class AddPasskeyHandler implements ICommandHandler<MessageOf<typeof AddPasskeyCommand>> {
  constructor(
    @Inject(Challenges) private readonly challenges: Challenges,
    @Inject(Passkeys) private readonly passkeys: Passkeys,
    @Inject(PersonalData) private readonly personal: PersonalData,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({ input, context }: MessageOf<typeof AddPasskeyCommand>): Promise<OutcomeOf<typeof AddPasskeyCommand>> {
    const { personId, sessionId } = asPerson(context);
    const open = await this.challenges.attempt('enrol-passkey', input.enrolmentId);
    if (open?.sessionId !== sessionId) throw new Refusal('conflict', 'ended', 'This took too long. Begin again');
    const { challenge } = open.payload as { challenge: string };
    const passkey = await this.passkeys.verifyNew(input.response, challenge);
    await this.challenges.close(input.enrolmentId);
    const passkeyId = newId();
    // Kept first: the authenticator's own id may be taken, and then there is nothing to record.
    await this.passkeys.add(personId, passkey, input.name, passkeyId);
    const name = await this.personal.seal(personId, input.name);
    const { eventIds, replayed } = await this.recorder.record(
      context,
      onPerson(personId, eventOf(PasskeyAdded, { personId, passkeyId, name, synced: passkey.synced })),
    );
    return { eventIds, replayed, answer: { passkeyId } };
  }
}
