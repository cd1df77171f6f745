// By hand: rules and imports leave it alone from now on.
import { AssignSite } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import { present } from '../client.aggregate.ts';
import { ClientRepository } from '../client-repository.ts';
import { assign } from '../site.aggregate.ts';
import { siteStream } from '../streams.ts';
import { ownServer } from './add-site.command.ts';

const AssignSiteCommand = commandOf(AssignSite);

@CommandHandler(AssignSiteCommand)
export class AssignSiteHandler implements ICommandHandler<MessageOf<typeof AssignSiteCommand>> {
  constructor(
    @Inject(ClientRepository) private readonly clients: ClientRepository,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { siteId, clientId },
    context,
  }: MessageOf<typeof AssignSiteCommand>): Promise<OutcomeOf<typeof AssignSiteCommand>> {
    const { state, version } = await this.clients.site(siteId);
    if (!state) throw notFound('site');
    if (clientId !== null) present(await this.clients.client(clientId));
    const owner = await this.clients.ownerOf(state.serverId);
    if (owner !== null && owner !== clientId) throw ownServer();
    const events = assign(state, clientId, 'hand');
    if (events.length === 0) throw new Refusal('conflict', 'unchanged', 'It is so already');
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: siteStream(siteId),
      streamType: 'site',
      expectedVersion: version,
      events,
    });
    return { eventIds, replayed, answer: {} };
  }
}
