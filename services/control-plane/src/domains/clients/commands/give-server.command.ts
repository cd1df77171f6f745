// A server becomes one client’s own, with all that is and was on it.
import { GiveServer } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { giveServer, present } from '../client.aggregate.ts';
import { ClientRepository } from '../client-repository.ts';
import { clientStream, OWN_SERVER } from '../streams.ts';

const GiveServerCommand = commandOf(GiveServer);

@CommandHandler(GiveServerCommand)
export class GiveServerHandler implements ICommandHandler<MessageOf<typeof GiveServerCommand>> {
  constructor(
    @Inject(ClientRepository) private readonly clients: ClientRepository,
    @Inject(APP_DIRECTORY) private readonly servers: ServerDirectory,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { clientId, serverId },
    context,
  }: MessageOf<typeof GiveServerCommand>): Promise<OutcomeOf<typeof GiveServerCommand>> {
    const state = present(await this.clients.client(clientId));
    if (!(await this.servers.names([serverId])).has(serverId)) throw notFound('server');
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: clientStream(clientId),
      streamType: 'client',
      expectedVersion: state.version,
      events: giveServer(state, serverId, await this.clients.heldOthers(serverId, clientId)),
      reserve: [{ namespace: OWN_SERVER, key: serverId }],
    });
    return { eventIds, replayed, answer: {} };
  }
}
