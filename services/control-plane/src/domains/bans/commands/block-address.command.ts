// One action reaches every server: the block is recorded, and what follows can be watched as an operation.
import { BlockAddress } from '@muster/contracts/bans';
import { derivedId } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { EventStore } from '../../../platform/event-store/index.ts';
import { block, blockFrom, blockStream } from '../block.aggregate.ts';
import { placeOf, type BlockReach } from '../block-reach.ts';
import { refuseUnconcerned, type ConcernedClients } from '../concerned-clients.ts';
import { BLOCK_REACH, CONCERNED_CLIENTS } from '../tokens.ts';

const BlockAddressCommand = commandOf(BlockAddress);

@CommandHandler(BlockAddressCommand)
export class BlockAddressHandler implements ICommandHandler<MessageOf<typeof BlockAddressCommand>> {
  constructor(
    @Inject(BLOCK_REACH) private readonly reach: BlockReach,
    @Inject(CONCERNED_CLIENTS) private readonly clients: ConcernedClients,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof BlockAddressCommand>): Promise<OutcomeOf<typeof BlockAddressCommand>> {
    const { actor, tenantId } = context.principal;
    const { range, target, seconds, reason, onBehalfOf } = input;
    const blockId = derivedId('bans.block', actor, context.commandId);
    const operationId = derivedId('bans.operation', actor, context.commandId);
    const reached = await this.reach.resolve(tenantId, target);
    const answer = { blockId, operationId, servers: reached.managed.length };
    const streamId = blockStream(tenantId, target, range);
    const history = await this.store.readStream(streamId);
    const state = blockFrom(history);
    // The same command came before and its answer was lost: the block it made would now stand in its own way.
    if (state.blocks.has(blockId)) {
      return { eventIds: history.slice(-1).map((event) => event.eventId), replayed: true, answer };
    }
    await this.reach.refuse(tenantId, range, target, reached);
    await refuseUnconcerned(this.clients, onBehalfOf, placeOf(tenantId, range, reached));
    const now = new Date();
    const until = seconds === null ? null : new Date(now.getTime() + seconds * 1000);
    const wish = { blockId, operationId, range, target, targetName: reached.targetName, until, reason, onBehalfOf };
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId,
      streamType: 'block',
      expectedVersion: state.version === 0 ? 'new' : state.version,
      events: block(state, wish, now),
      internalReason: reason,
    });
    return { eventIds, replayed, answer };
  }
}
