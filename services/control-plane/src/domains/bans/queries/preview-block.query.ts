// What a block would reach and whether it would be refused, in the words of the refusal, before it is made.
import { PreviewBlock } from '@muster/contracts/bans';
import { ipRange, rangeSize } from '@muster/kernel/ip-range';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { EventStore } from '../../../platform/event-store/index.ts';
import { block, blockFrom, blockStream } from '../block.aggregate.ts';
import { placeOf, type BlockReach, type Reached } from '../block-reach.ts';
import { BlockViews } from '../block-views.ts';
import { refuseUnconcerned, type ConcernedClients } from '../concerned-clients.ts';
import { Sightings } from '../sightings.ts';
import { BLOCK_REACH, CONCERNED_CLIENTS } from '../tokens.ts';

const PreviewBlockQuery = queryOf(PreviewBlock);
const SHOWN = 20;
/** A choice that a page can still offer at once. */
const MOST_CLIENTS = 500;

type Message = MessageOf<typeof PreviewBlockQuery>;

@QueryHandler(PreviewBlockQuery)
export class PreviewBlockHandler implements IQueryHandler<Message> {
  constructor(
    @Inject(BLOCK_REACH) private readonly reach: BlockReach,
    @Inject(CONCERNED_CLIENTS) private readonly clients: ConcernedClients,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(BlockViews) private readonly views: BlockViews,
    @Inject(Sightings) private readonly sightings: Sightings,
  ) {}

  async execute(message: Message): Promise<AnswerOf<typeof PreviewBlockQuery>> {
    const { range, target } = message.input;
    const { tenantId } = message.context.principal;
    const reached = await this.reach.resolve(tenantId, target);
    const [refusal, { blocks }, seen, clients] = await Promise.all([
      this.#refusal(message, reached),
      this.views.list(tenantId, { address: range, before: null, limit: SHOWN }),
      this.sightings.lines24h(tenantId, range),
      this.clients.at(placeOf(tenantId, range, reached), MOST_CLIENTS),
    ]);
    return {
      range,
      addresses: rangeSize(ipRange(range)),
      servers: reached.managed.length,
      silent: reached.managed.filter((server) => !server.connected).length,
      observing: reached.servers.length - reached.managed.length,
      refusal,
      alreadyBlocked: blocks.map(({ blockId, range: blocked, until }) => ({ blockId, range: blocked, until })),
      seen24h: seen,
      clients: [...clients],
    };
  }

  async #refusal({ input, context }: Message, reached: Reached): Promise<string | null> {
    const { range, target, seconds, onBehalfOf } = input;
    const { tenantId } = context.principal;
    try {
      await this.reach.refuse(tenantId, range, target, reached);
      await refuseUnconcerned(this.clients, onBehalfOf, placeOf(tenantId, range, reached));
      const now = new Date();
      const until = seconds === null ? null : new Date(now.getTime() + seconds * 1000);
      const state = blockFrom(await this.store.readStream(blockStream(tenantId, target, range)));
      // Nothing is recorded: the ids are nobody's.
      const ids = { blockId: context.commandId, operationId: context.commandId };
      block(state, { ...ids, range, target, targetName: reached.targetName, until, reason: 'preview' }, now);
      return null;
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
  }
}
