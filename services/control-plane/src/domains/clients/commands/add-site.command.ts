// A site that no server reports: it is served elsewhere, or its server is not enrolled yet.
import { AddSite } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import { EventStore } from '../../../platform/event-store/index.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { present } from '../client.aggregate.ts';
import { ClientRepository } from '../client-repository.ts';
import { addSite, assign, siteFrom } from '../site.aggregate.ts';
import { SITE_REF, siteIdOf, siteStream } from '../streams.ts';

const AddSiteCommand = commandOf(AddSite);

@CommandHandler(AddSiteCommand)
export class AddSiteHandler implements ICommandHandler<MessageOf<typeof AddSiteCommand>> {
  constructor(
    @Inject(ClientRepository) private readonly clients: ClientRepository,
    @Inject(APP_DIRECTORY) private readonly servers: ServerDirectory,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { name, serverId, clientId, externalRef },
    context,
  }: MessageOf<typeof AddSiteCommand>): Promise<OutcomeOf<typeof AddSiteCommand>> {
    const client = clientId === null ? null : present(await this.clients.client(clientId));
    if (serverId !== null && !(await this.servers.names([serverId])).has(serverId)) throw notFound('server');
    const owner = await this.clients.ownerOf(serverId);
    if (owner !== null && owner !== clientId) throw ownServer();
    const siteId = siteIdOf(context.principal.tenantId, serverId, name);
    const known = siteFrom(await this.store.readStream(siteStream(siteId)));
    const added = { siteId, name, serverId, externalRef };
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: siteStream(siteId),
      streamType: 'site',
      expectedVersion: known.version === 0 ? 'new' : known.version,
      events: [
        ...addSite(known, { ...added, how: 'hand' }),
        ...assign({ ...added, clientId: null, assignedBy: null }, client?.clientId ?? null, 'hand'),
      ],
      ...(externalRef === null ? {} : { reserve: [{ namespace: SITE_REF, key: externalRef }] }),
    });
    return { eventIds, replayed, answer: { siteId } };
  }
}

export const ownServer = () =>
  new Refusal(
    'conflict',
    'own-server',
    'Its server is one client’s own. Give the site to that client, or take the server back first',
  );
