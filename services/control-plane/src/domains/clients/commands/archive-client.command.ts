// Nothing of it may be left: whoever had a site of it would otherwise look after nobody’s.
import { ArchiveClient } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { archiveClient, present } from '../client.aggregate.ts';
import { ClientRepository } from '../client-repository.ts';
import { CLIENT_NAME, CLIENT_REF, clientStream } from '../streams.ts';
import { moved } from './change-client.command.ts';

const ArchiveClientCommand = commandOf(ArchiveClient);

@CommandHandler(ArchiveClientCommand)
export class ArchiveClientHandler implements ICommandHandler<MessageOf<typeof ArchiveClientCommand>> {
  constructor(
    @Inject(ClientRepository) private readonly clients: ClientRepository,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { clientId },
    context,
  }: MessageOf<typeof ArchiveClientCommand>): Promise<OutcomeOf<typeof ArchiveClientCommand>> {
    const state = present(await this.clients.client(clientId));
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: clientStream(clientId),
      streamType: 'client',
      expectedVersion: state.version,
      events: archiveClient(state, { sites: await this.clients.sitesOf(clientId) }),
      ...moved([CLIENT_NAME, state.name.toLowerCase(), null], [CLIENT_REF, state.externalRef, null]),
    });
    return { eventIds, replayed, answer: {} };
  }
}
