// Tags are free words of the operations team; filters and targets use them.
import { TagServer } from '@muster/contracts/servers';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { tagServer } from '../server.aggregate.ts';
import { serverStream } from '../server-events.ts';
import { ServerRepository } from '../server-repository.ts';

const TagServerCommand = commandOf(TagServer);

@CommandHandler(TagServerCommand)
export class TagServerHandler implements ICommandHandler<MessageOf<typeof TagServerCommand>> {
  constructor(
    @Inject(ServerRepository) private readonly servers: ServerRepository,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({ input, context }: MessageOf<typeof TagServerCommand>): Promise<OutcomeOf<typeof TagServerCommand>> {
    const state = await this.servers.server(input.serverId);
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: serverStream(input.serverId),
      streamType: 'server',
      expectedVersion: state?.version ?? 'new',
      events: tagServer(state, input.tags),
    });
    return { eventIds, replayed, answer: {} };
  }
}
