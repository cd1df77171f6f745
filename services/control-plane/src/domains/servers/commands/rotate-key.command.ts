// A server's identity key may have been copied, or is simply old: its agent makes another. Nothing is sent from here; the
// gateway that holds its connection asks it, now or when it comes back.
import { RotateKey } from '@muster/contracts/servers';
import { derivedId } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { whyKeyIsFixed } from '../key-rotation.ts';
import { askForKeyRotation } from '../server.aggregate.ts';
import { serverStream } from '../server-events.ts';
import { ServerRepository } from '../server-repository.ts';
import type { ServersTables } from '../tables.ts';

const RotateKeyCommand = commandOf(RotateKey);

@CommandHandler(RotateKeyCommand)
export class RotateKeyHandler implements ICommandHandler<MessageOf<typeof RotateKeyCommand>> {
  constructor(
    @Inject(ServerRepository) private readonly servers: ServerRepository,
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(APP_DATABASE) private readonly database: Connection,
  ) {}

  async execute({ input, context }: MessageOf<typeof RotateKeyCommand>): Promise<OutcomeOf<typeof RotateKeyCommand>> {
    const state = await this.servers.server(input.serverId);
    const presence = await this.database.db
      .withTables<ServersTables>()
      .selectFrom('muster.servers_presence')
      .select('speaks')
      .where('server_id', '=', input.serverId)
      .executeTakeFirst();
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: serverStream(input.serverId),
      streamType: 'server',
      expectedVersion: state?.version ?? 'new',
      events: askForKeyRotation(
        state,
        derivedId('servers.rotate-key', context.commandId),
        input.reason,
        whyKeyIsFixed(presence?.speaks ?? null),
      ),
      internalReason: input.reason,
    });
    return { eventIds, replayed, answer: {} };
  }
}
