// How people must sign in from now on. Who lacks a second factor is asked for one at the next sign-in.
import { SetSignInPolicy, SignInPolicySet } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { SignInPolicies } from '../sign-in-policy.ts';

const SetSignInPolicyCommand = commandOf(SetSignInPolicy);

@CommandHandler(SetSignInPolicyCommand)
export class SetSignInPolicyHandler implements ICommandHandler<MessageOf<typeof SetSignInPolicyCommand>> {
  constructor(
    @Inject(SignInPolicies) private readonly policies: SignInPolicies,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof SetSignInPolicyCommand>): Promise<OutcomeOf<typeof SetSignInPolicyCommand>> {
    const { tenantId } = context.principal;
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: `sign-in-policy-${tenantId}`,
      streamType: 'sign-in-policy',
      expectedVersion: 'any',
      // The company's words say nothing to the reader of the ledger, and much to who guesses passwords.
      events: [eventOf(SignInPolicySet, { ...input, forbiddenWords: input.forbiddenWords.length })],
    });
    await this.policies.set(tenantId, input);
    return { eventIds, replayed, answer: {} };
  }
}
