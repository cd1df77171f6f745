// One's own tokens, and what a new one could be made for: whoever may make a token need not be allowed to list all roles.
import { ListOwnTokens } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../../platform/cqrs/messages.ts';
import { allPermissions } from '../../grants/grants.ts';
import { Roles } from '../../grants/roles.ts';
import { asPerson } from '../../person-stream.ts';
import { TokenPolicies } from '../token-policy.ts';
import { TokenViews } from '../token-views.ts';

const ListOwnTokensQuery = queryOf(ListOwnTokens);
/** Those in force come first: what is left out ended long ago. */
const MOST = 200;

@QueryHandler(ListOwnTokensQuery)
export class ListOwnTokensHandler implements IQueryHandler<MessageOf<typeof ListOwnTokensQuery>> {
  constructor(
    @Inject(TokenViews) private readonly views: TokenViews,
    @Inject(TokenPolicies) private readonly policies: TokenPolicies,
    @Inject(Roles) private readonly roles: Roles,
  ) {}

  async execute({ context }: MessageOf<typeof ListOwnTokensQuery>): Promise<AnswerOf<typeof ListOwnTokensQuery>> {
    const { personId } = asPerson(context);
    const { tenantId, grants = [] } = context.principal;
    const may = allPermissions(grants);
    // An own role that somebody does not hold may be called after whom it is for.
    const roles = (await this.roles.all(tenantId)).filter(
      ({ role, builtIn, permissions }) =>
        (builtIn || grants.some((grant) => grant.role === role)) &&
        [...permissions].every((permission) => may.has(permission)),
    );
    const { tokens } = await this.views.page(sql`t.holder_id = ${personId}`, { limit: MOST });
    return {
      tokens,
      policy: await this.policies.of(tenantId),
      roles: roles.map(({ role, title, sentence, permissions }) => ({
        role,
        title,
        sentence,
        permissions: [...permissions].sort(),
      })),
    };
  }
}
