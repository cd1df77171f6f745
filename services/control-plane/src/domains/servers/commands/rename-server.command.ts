// A server's name is unique among those that are not retired; the old one becomes free.
import { RenameServer } from '@muster/contracts/servers';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { SERVER_NAME } from '../reservations.ts';
import { renameServer } from '../server.aggregate.ts';
import { serverStream } from '../server-events.ts';
import { ServerRepository } from '../server-repository.ts';

const RenameServerCommand = commandOf(RenameServer);

@CommandHandler(RenameServerCommand)
export class RenameServerHandler implements ICommandHandler<MessageOf<typeof RenameServerCommand>> {
  constructor(
    @Inject(ServerRepository) private readonly servers: ServerRepository,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof RenameServerCommand>): Promise<OutcomeOf<typeof RenameServerCommand>> {
    const state = await this.servers.server(input.serverId);
    const events = renameServer(state, input.name);
    const [from, to] = [state?.name.toLowerCase() ?? '', input.name.toLowerCase()];
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: serverStream(input.serverId),
      streamType: 'server',
      expectedVersion: state?.version ?? 'new',
      events,
      // Only the case differs: the name is ours already.
      ...(from === to
        ? {}
        : { reserve: [{ namespace: SERVER_NAME, key: to }], release: [{ namespace: SERVER_NAME, key: from }] }),
    });
    return { eventIds, replayed, answer: {} };
  }
}
