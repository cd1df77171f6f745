// How long tokens live from now on. Those that were made before keep their end.
import { SetTokenPolicy, TokenPolicySet } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../../platform/cqrs/recorder.ts';

const SetTokenPolicyCommand = commandOf(SetTokenPolicy);

@CommandHandler(SetTokenPolicyCommand)
export class SetTokenPolicyHandler implements ICommandHandler<MessageOf<typeof SetTokenPolicyCommand>> {
  constructor(@Inject(Recorder) private readonly recorder: Recorder) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof SetTokenPolicyCommand>): Promise<OutcomeOf<typeof SetTokenPolicyCommand>> {
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: `token-policy-${context.principal.tenantId}`,
      streamType: 'token-policy',
      expectedVersion: 'any',
      events: [eventOf(TokenPolicySet, input)],
    });
    return { eventIds, replayed, answer: {} };
  }
}
