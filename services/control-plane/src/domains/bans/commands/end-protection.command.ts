// Takes an entry that a person made off the never-blocked list; blocks that it held back take effect again.
import { EndProtection } from '@muster/contracts/bans';
import { derivedId } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { EventStore } from '../../../platform/event-store/index.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { refuseUnconcernedOnFleet, type ConcernedClients } from '../concerned-clients.ts';
import { end, protectionFrom, protectionStream } from '../protection.aggregate.ts';
import { CONCERNED_CLIENTS } from '../tokens.ts';

const EndProtectionCommand = commandOf(EndProtection);

@CommandHandler(EndProtectionCommand)
export class EndProtectionHandler implements ICommandHandler<MessageOf<typeof EndProtectionCommand>> {
  constructor(
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(CONCERNED_CLIENTS) private readonly clients: ConcernedClients,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { entryId, onBehalfOf },
    context,
  }: MessageOf<typeof EndProtectionCommand>): Promise<OutcomeOf<typeof EndProtectionCommand>> {
    const { actor, tenantId } = context.principal;
    const operationId = derivedId('bans.operation', actor, context.commandId);
    const streamId = protectionStream(entryId);
    const history = await this.store.readStream(streamId);
    if (history.some((event) => event.tenantId !== tenantId)) throw notFound('entry');
    const before = history.find((event) => event.data['operationId'] === operationId);
    if (before) return { eventIds: [before.eventId], replayed: true, answer: { operationId } };
    const state = protectionFrom(history);
    const events = end(state, operationId, onBehalfOf);
    const range = state.entry?.range ?? '';
    await refuseUnconcernedOnFleet(this.clients, this.directory, onBehalfOf, { tenantId, range });
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId,
      streamType: 'protection',
      expectedVersion: state.version,
      events,
    });
    return { eventIds, replayed, answer: { operationId } };
  }
}
