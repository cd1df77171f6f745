// The ban log of the whole fleet, newest first.
import { SearchBanLog } from '@muster/contracts/bans';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { BanLog } from '../ban-log.ts';
import { keyOf } from './keyset.ts';

const SearchBanLogQuery = queryOf(SearchBanLog);

@QueryHandler(SearchBanLogQuery)
export class SearchBanLogHandler implements IQueryHandler<MessageOf<typeof SearchBanLogQuery>> {
  constructor(@Inject(BanLog) private readonly log: BanLog) {}

  execute({
    input: { before, ...search },
    context,
  }: MessageOf<typeof SearchBanLogQuery>): Promise<AnswerOf<typeof SearchBanLogQuery>> {
    return this.log.search(context.principal.tenantId, { ...search, before: keyOf(before) });
  }
}
