// Nobody answers for it any more: it stands out again at once, if it is still there.
import { ApprovalWithdrawn, WithdrawApproval } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { inventoryStream } from '../inventory/inventory-keeper.ts';

const WithdrawApprovalCommand = commandOf(WithdrawApproval);

@CommandHandler(WithdrawApprovalCommand)
export class WithdrawApprovalHandler implements ICommandHandler<MessageOf<typeof WithdrawApprovalCommand>> {
  constructor(@Inject(Recorder) private readonly recorder: Recorder) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof WithdrawApprovalCommand>): Promise<OutcomeOf<typeof WithdrawApprovalCommand>> {
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: inventoryStream(input.serverId),
      streamType: 'inventory',
      expectedVersion: 'any',
      events: [eventOf(ApprovalWithdrawn, input)],
      internalReason: input.reason,
    });
    return { eventIds, replayed, answer: {} };
  }
}
