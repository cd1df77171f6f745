// The second person's word: from then on the waiver of a critical check counts.
import { ApproveWaiver } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { EventStore } from '../../../platform/event-store/index.ts';
import { approve, waiverFrom, waiverStream } from '../waiver.aggregate.ts';

const ApproveWaiverCommand = commandOf(ApproveWaiver);

@CommandHandler(ApproveWaiverCommand)
export class ApproveWaiverHandler implements ICommandHandler<MessageOf<typeof ApproveWaiverCommand>> {
  constructor(
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { waiverId },
    context,
  }: MessageOf<typeof ApproveWaiverCommand>): Promise<OutcomeOf<typeof ApproveWaiverCommand>> {
    const streamId = waiverStream(waiverId);
    const state = waiverFrom(await this.store.readStream(streamId));
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId,
      streamType: 'waiver',
      expectedVersion: state.version,
      events: approve(state, context.principal.actor),
    });
    return { eventIds, replayed, answer: {} };
  }
}
