// Somebody takes a finding upon himself, so that two do not work on it and nobody forgets it; or lets it go.
import { FindingTaken, TakeFinding } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { FindingLives, findingStream } from '../finding-lives.ts';

const TakeFindingCommand = commandOf(TakeFinding);

@CommandHandler(TakeFindingCommand)
export class TakeFindingHandler implements ICommandHandler<MessageOf<typeof TakeFindingCommand>> {
  constructor(
    @Inject(FindingLives) private readonly lives: FindingLives,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { serverId, findingId, take },
    context,
  }: MessageOf<typeof TakeFindingCommand>): Promise<OutcomeOf<typeof TakeFindingCommand>> {
    await this.lives.of(serverId, findingId);
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: findingStream(findingId),
      streamType: 'finding',
      expectedVersion: 'any',
      events: [eventOf(FindingTaken, { findingId, serverId, owner: take ? context.principal.actor : null })],
    });
    return { eventIds, replayed, answer: {} };
  }
}
