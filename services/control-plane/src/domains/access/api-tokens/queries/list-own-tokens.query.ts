// One's own tokens.
import { ListOwnTokens } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../../platform/cqrs/messages.ts';
import { asPerson } from '../../person-stream.ts';
import { TokenPolicies } from '../token-policy.ts';
import { TokenViews } from '../token-views.ts';

const ListOwnTokensQuery = queryOf(ListOwnTokens);

@QueryHandler(ListOwnTokensQuery)
export class ListOwnTokensHandler implements IQueryHandler<MessageOf<typeof ListOwnTokensQuery>> {
  constructor(
    @Inject(TokenViews) private readonly views: TokenViews,
    @Inject(TokenPolicies) private readonly policies: TokenPolicies,
  ) {}

  async execute({ context }: MessageOf<typeof ListOwnTokensQuery>): Promise<AnswerOf<typeof ListOwnTokensQuery>> {
    const { personId } = asPerson(context);
    return {
      tokens: await this.views.list(sql`t.holder_id = ${personId}`),
      policy: await this.policies.of(context.principal.tenantId),
    };
  }
}
