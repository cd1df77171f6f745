import { RemoveSite } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { ClientRepository } from '../client-repository.ts';
import { removeSite } from '../site.aggregate.ts';
import { SITE_REF, siteStream } from '../streams.ts';

const RemoveSiteCommand = commandOf(RemoveSite);

@CommandHandler(RemoveSiteCommand)
export class RemoveSiteHandler implements ICommandHandler<MessageOf<typeof RemoveSiteCommand>> {
  constructor(
    @Inject(ClientRepository) private readonly clients: ClientRepository,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { siteId },
    context,
  }: MessageOf<typeof RemoveSiteCommand>): Promise<OutcomeOf<typeof RemoveSiteCommand>> {
    const known = await this.clients.site(siteId);
    const reference = known.state?.externalRef ?? null;
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: siteStream(siteId),
      streamType: 'site',
      expectedVersion: known.version,
      events: removeSite(known, await this.clients.isServed(siteId)),
      ...(reference === null ? {} : { release: [{ namespace: SITE_REF, key: reference }] }),
    });
    return { eventIds, replayed, answer: {} };
  }
}
