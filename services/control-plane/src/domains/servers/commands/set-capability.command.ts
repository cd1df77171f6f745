// Trust grows capability by capability: what is managed may be changed by Muster, what is observed only read.
import { SetCapability } from '@muster/contracts/servers';
import { derivedId } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { setCapability } from '../server.aggregate.ts';
import { serverStream } from '../server-events.ts';
import { ServerRepository } from '../server-repository.ts';
import type { ServersTables } from '../tables.ts';

const SetCapabilityCommand = commandOf(SetCapability);

/** The operation that carries the change out, named after the event that asks for it. */
export const capabilityOperation = (eventId: string) => derivedId('servers.set-capability', eventId);

@CommandHandler(SetCapabilityCommand)
export class SetCapabilityHandler implements ICommandHandler<MessageOf<typeof SetCapabilityCommand>> {
  constructor(
    @Inject(ServerRepository) private readonly servers: ServerRepository,
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(APP_DATABASE) private readonly database: Connection,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof SetCapabilityCommand>): Promise<OutcomeOf<typeof SetCapabilityCommand>> {
    const state = await this.servers.server(input.serverId);
    const barred = await this.database.db
      .withTables<ServersTables>()
      .selectFrom('muster.servers_barred')
      .select('why')
      .where('server_id', '=', input.serverId)
      .where('capability', '=', input.capability)
      .executeTakeFirst();
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: serverStream(input.serverId),
      streamType: 'server',
      expectedVersion: state?.version ?? 'new',
      events: setCapability(state, input.capability, input.mode, barred?.why ?? null),
    });
    const [eventId] = eventIds;
    return { eventIds, replayed, answer: { operationId: eventId ? capabilityOperation(eventId) : null } };
  }
}
