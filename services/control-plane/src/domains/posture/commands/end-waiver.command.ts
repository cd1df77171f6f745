// Ends a waiver before its time: what it covered is open again at once.
import { EndWaiver } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { EventStore } from '../../../platform/event-store/index.ts';
import { end, waiverFrom, waiverStream } from '../waiver.aggregate.ts';

const EndWaiverCommand = commandOf(EndWaiver);

@CommandHandler(EndWaiverCommand)
export class EndWaiverHandler implements ICommandHandler<MessageOf<typeof EndWaiverCommand>> {
  constructor(
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { waiverId, reason },
    context,
  }: MessageOf<typeof EndWaiverCommand>): Promise<OutcomeOf<typeof EndWaiverCommand>> {
    const streamId = waiverStream(waiverId);
    const state = waiverFrom(await this.store.readStream(streamId));
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId,
      streamType: 'waiver',
      expectedVersion: state.version,
      events: end(state, reason),
      internalReason: reason,
    });
    return { eventIds, replayed, answer: {} };
  }
}
