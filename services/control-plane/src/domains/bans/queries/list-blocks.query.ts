// Blocks in force, newest first.
import { ListBlocks } from '@muster/contracts/bans';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { BlockViews } from '../block-views.ts';
import { cursorOf, keyOf } from './keyset.ts';

const ListBlocksQuery = queryOf(ListBlocks);

@QueryHandler(ListBlocksQuery)
export class ListBlocksHandler implements IQueryHandler<MessageOf<typeof ListBlocksQuery>> {
  constructor(@Inject(BlockViews) private readonly views: BlockViews) {}

  async execute({
    input: { address, before, limit },
    context,
  }: MessageOf<typeof ListBlocksQuery>): Promise<AnswerOf<typeof ListBlocksQuery>> {
    const { tenantId } = context.principal;
    const [{ blocks, last }, total] = await Promise.all([
      this.views.list(tenantId, { address, before: keyOf(before), limit }),
      this.views.total(tenantId),
    ]);
    return { blocks, next: last ? cursorOf(last) : null, total };
  }
}
