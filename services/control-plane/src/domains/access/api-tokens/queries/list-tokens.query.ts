// Everybody's tokens.
import { ListTokens } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../../platform/cqrs/messages.ts';
import { TokenViews } from '../token-views.ts';

const ListTokensQuery = queryOf(ListTokens);

@QueryHandler(ListTokensQuery)
export class ListTokensHandler implements IQueryHandler<MessageOf<typeof ListTokensQuery>> {
  constructor(@Inject(TokenViews) private readonly views: TokenViews) {}

  async execute({ input, context }: MessageOf<typeof ListTokensQuery>): Promise<AnswerOf<typeof ListTokensQuery>> {
    const wanted = [
      sql`t.tenant_id = ${context.principal.tenantId}`,
      ...(input.holder ? [sql`t.holder_id = ${input.holder}`] : []),
      ...(input.ended ? [] : [sql`t.ended_at is null`]),
    ];
    const condition = sql.join(wanted, sql` and `);
    const [page, inForce] = await Promise.all([this.views.page(condition, input), this.views.inForce(condition)]);
    return { ...page, inForce };
  }
}
