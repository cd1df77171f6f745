// Stops a rollout at once: what is under way on a server goes on to its end there, nothing else begins.
import { StopRollout } from '@muster/contracts/releases';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { EventStore } from '../../../platform/event-store/index.ts';
import { oneRollout, rolloutFrom, rolloutStream, stop } from '../rollout.aggregate.ts';

const StopRolloutCommand = commandOf(StopRollout);

@CommandHandler(StopRolloutCommand)
export class StopRolloutHandler implements ICommandHandler<MessageOf<typeof StopRolloutCommand>> {
  constructor(
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof StopRolloutCommand>): Promise<OutcomeOf<typeof StopRolloutCommand>> {
    const { tenantId } = context.principal;
    const streamId = rolloutStream(input.rolloutId);
    const history = await this.store.readStream(streamId);
    const rollout = rolloutFrom(history.filter((event) => event.tenantId === tenantId));
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId,
      streamType: 'rollout',
      expectedVersion: history.length === 0 ? 'new' : history.length,
      events: stop(rollout, input.reason),
      release: [oneRollout(tenantId)],
      internalReason: input.reason,
    });
    return { eventIds, replayed, answer: {} };
  }
}
