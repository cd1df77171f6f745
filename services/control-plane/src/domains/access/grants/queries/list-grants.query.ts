// Who holds which role where, until when, and why.
import { ListGrants } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../../platform/cqrs/messages.ts';
import { GrantViews } from '../grant-views.ts';

const ListGrantsQuery = queryOf(ListGrants);

@QueryHandler(ListGrantsQuery)
export class ListGrantsHandler implements IQueryHandler<MessageOf<typeof ListGrantsQuery>> {
  constructor(@Inject(GrantViews) private readonly views: GrantViews) {}

  async execute({ input, context }: MessageOf<typeof ListGrantsQuery>): Promise<AnswerOf<typeof ListGrantsQuery>> {
    const wanted = [
      sql`g.tenant_id = ${context.principal.tenantId}`,
      ...(input.holder ? [sql`g.holder_id = ${input.holder}`] : []),
      ...(input.role ? [sql`g.role = ${input.role}`] : []),
      ...(input.ended ? [] : [sql`g.ended_at is null`]),
    ];
    const condition = sql.join(wanted, sql` and `);
    const [page, inForce] = await Promise.all([this.views.page(condition, input), this.views.inForce(condition)]);
    return { ...page, inForce };
  }
}
