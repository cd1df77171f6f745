// Undoes a block before its time, on every server that it reached.
import { LiftBlock } from '@muster/contracts/bans';
import type { Target } from '@muster/contracts';
import { derivedId } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { EventStore } from '../../../platform/event-store/index.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { blockFrom, lift } from '../block.aggregate.ts';
import { refuseUnconcerned, type ConcernedClients } from '../concerned-clients.ts';
import { CONCERNED_CLIENTS } from '../tokens.ts';

const LiftBlockCommand = commandOf(LiftBlock);

@CommandHandler(LiftBlockCommand)
export class LiftBlockHandler implements ICommandHandler<MessageOf<typeof LiftBlockCommand>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(CONCERNED_CLIENTS) private readonly clients: ConcernedClients,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { blockId, reason, onBehalfOf },
    context,
  }: MessageOf<typeof LiftBlockCommand>): Promise<OutcomeOf<typeof LiftBlockCommand>> {
    const { actor, tenantId } = context.principal;
    const { rows } = await sql<{ stream_id: string; target: Target; range: string }>`
      select stream_id, target, range from muster.bans_blocks
      where block_id = ${blockId} and tenant_id = ${tenantId}`.execute(this.database.db);
    const [row] = rows;
    if (!row) throw notFound('block');
    const operationId = derivedId('bans.operation', actor, context.commandId);
    const servers = (await this.directory.resolve(tenantId, row.target)) ?? [];
    const managed = servers.filter((server) => server.managed.includes('bans') && !server.observeOnly);
    const answer = { operationId, servers: managed.length };
    const history = await this.store.readStream(row.stream_id);
    const before = history.find((event) => event.data['operationId'] === operationId);
    if (before) return { eventIds: [before.eventId], replayed: true, answer };
    await refuseUnconcerned(this.clients, onBehalfOf, {
      tenantId,
      range: row.range,
      servers: servers.map(({ serverId }) => serverId),
      targetName: 'what was blocked',
    });
    const state = blockFrom(history);
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: row.stream_id,
      streamType: 'block',
      expectedVersion: state.version,
      events: lift(state, { blockId, reason, operationId, onBehalfOf }, new Date()),
      internalReason: reason,
    });
    return { eventIds, replayed, answer };
  }
}
