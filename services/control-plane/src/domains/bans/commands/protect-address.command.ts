// Puts an address on the never-blocked list, with an owner and an end. Blocks that it touches lose their effect there.
import { ProtectAddress } from '@muster/contracts/bans';
import { derivedId } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { EventStore } from '../../../platform/event-store/index.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { refuseUnconcernedOnFleet, type ConcernedClients } from '../concerned-clients.ts';
import { protect, protectionStream } from '../protection.aggregate.ts';
import { CONCERNED_CLIENTS } from '../tokens.ts';
import { inWords } from '../words.ts';

const ProtectAddressCommand = commandOf(ProtectAddress);

@CommandHandler(ProtectAddressCommand)
export class ProtectAddressHandler implements ICommandHandler<MessageOf<typeof ProtectAddressCommand>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(CONCERNED_CLIENTS) private readonly clients: ConcernedClients,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof ProtectAddressCommand>): Promise<OutcomeOf<typeof ProtectAddressCommand>> {
    const { actor, tenantId } = context.principal;
    const { range, label, reason, onBehalfOf } = input;
    const entryId = derivedId('bans.protection', actor, context.commandId);
    const operationId = derivedId('bans.operation', actor, context.commandId);
    const frees = await this.#freed(tenantId, range);
    const answer = { entryId, operationId, frees };
    const streamId = protectionStream(entryId);
    const [before] = await this.store.readStream(streamId);
    if (before) return { eventIds: [before.eventId], replayed: true, answer };
    const until = new Date(input.until);
    const events = protect({ entryId, operationId, range, label, owner: actor, reason, until, onBehalfOf }, new Date());
    await this.#refuseRepeated(tenantId, range, until);
    await refuseUnconcernedOnFleet(this.clients, this.directory, onBehalfOf, { tenantId, range });
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId,
      streamType: 'protection',
      expectedVersion: 'new',
      events,
      internalReason: reason,
    });
    return { eventIds, replayed, answer };
  }

  async #freed(tenantId: string, range: string) {
    const { rows } = await sql<{ block_id: string; range: string }>`
      select block_id, range from muster.bans_blocks
      where tenant_id = ${tenantId} and ended_at is null and (until is null or until > now()) and range && ${range}::inet
      order by blocked_at desc limit 200`.execute(this.database.db);
    return rows.map((row) => ({ blockId: row.block_id, range: row.range }));
  }

  async #refuseRepeated(tenantId: string, range: string, until: Date): Promise<void> {
    const { rows } = await sql<{ label: string; until: Date | null }>`
      select label, until from muster.bans_protections
      where tenant_id = ${tenantId} and ended_at is null and range = ${range}::inet and kind <> 'live-operator'
        and (until is null or until >= ${until}) limit 1`.execute(this.database.db);
    const [standing] = rows;
    if (!standing) return;
    const end = standing.until ? `until ${inWords(standing.until)}` : 'without an end';
    throw new Refusal(
      'conflict',
      'already-protected',
      `${range} is on the never-blocked list already, as ${standing.label}, ${end}`,
    );
  }
}
