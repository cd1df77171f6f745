// What somebody knows of a finding, for whoever looks at it next.
import { CommentOnFinding, FindingCommented } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { FindingLives, findingStream } from '../finding-lives.ts';

const CommentOnFindingCommand = commandOf(CommentOnFinding);

@CommandHandler(CommentOnFindingCommand)
export class CommentOnFindingHandler implements ICommandHandler<MessageOf<typeof CommentOnFindingCommand>> {
  constructor(
    @Inject(FindingLives) private readonly lives: FindingLives,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof CommentOnFindingCommand>): Promise<OutcomeOf<typeof CommentOnFindingCommand>> {
    await this.lives.of(input.serverId, input.findingId);
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: findingStream(input.findingId),
      streamType: 'finding',
      expectedVersion: 'any',
      events: [eventOf(FindingCommented, input)],
    });
    return { eventIds, replayed, answer: {} };
  }
}
