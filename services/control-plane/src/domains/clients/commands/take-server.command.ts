// A server is no longer one client’s own; its sites stay whose they are.
import { TakeServer } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { present, takeServer } from '../client.aggregate.ts';
import { ClientRepository } from '../client-repository.ts';
import { clientStream, OWN_SERVER } from '../streams.ts';

const TakeServerCommand = commandOf(TakeServer);

@CommandHandler(TakeServerCommand)
export class TakeServerHandler implements ICommandHandler<MessageOf<typeof TakeServerCommand>> {
  constructor(
    @Inject(ClientRepository) private readonly clients: ClientRepository,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { clientId, serverId },
    context,
  }: MessageOf<typeof TakeServerCommand>): Promise<OutcomeOf<typeof TakeServerCommand>> {
    const state = present(await this.clients.client(clientId));
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: clientStream(clientId),
      streamType: 'client',
      expectedVersion: state.version,
      events: takeServer(state, serverId),
      release: [{ namespace: OWN_SERVER, key: serverId }],
    });
    return { eventIds, replayed, answer: {} };
  }
}
