// What is never blocked, and why.
import { ListProtections } from '@muster/contracts/bans';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { ProtectionViews } from '../protection-views.ts';

const ListProtectionsQuery = queryOf(ListProtections);

@QueryHandler(ListProtectionsQuery)
export class ListProtectionsHandler implements IQueryHandler<MessageOf<typeof ListProtectionsQuery>> {
  constructor(@Inject(ProtectionViews) private readonly views: ProtectionViews) {}

  async execute({ context }: MessageOf<typeof ListProtectionsQuery>): Promise<AnswerOf<typeof ListProtectionsQuery>> {
    return { entries: await this.views.list(context.principal.tenantId) };
  }
}
