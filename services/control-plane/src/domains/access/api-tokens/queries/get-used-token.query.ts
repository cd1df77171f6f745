// For programs: which token is this, and what may it at this moment?
import { GetUsedToken } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../../platform/cqrs/messages.ts';
import { Refusal } from '../../../../platform/errors/refusal.ts';
import { TokenViews } from '../token-views.ts';

const GetUsedTokenQuery = queryOf(GetUsedToken);

@QueryHandler(GetUsedTokenQuery)
export class GetUsedTokenHandler implements IQueryHandler<MessageOf<typeof GetUsedTokenQuery>> {
  constructor(@Inject(TokenViews) private readonly views: TokenViews) {}

  async execute({
    context: { principal },
  }: MessageOf<typeof GetUsedTokenQuery>): Promise<AnswerOf<typeof GetUsedTokenQuery>> {
    const { tokenId, grants = [] } = principal;
    const { tokens } =
      tokenId === undefined ? { tokens: [] } : await this.views.page(sql`t.token_id = ${tokenId}`, { limit: 1 });
    const [token] = tokens;
    if (!token) throw new Refusal('forbidden', 'needs-token', 'This is asked by programs with their token');
    const scopes = new Map<string, Set<string>>();
    for (const { scope, permissions } of grants) {
      for (const permission of permissions) scopes.set(permission, (scopes.get(permission) ?? new Set()).add(scope));
    }
    return {
      tokenId: token.tokenId,
      name: token.name,
      holder: { id: token.holder.id, kind: token.holder.kind },
      expiresAt: token.expiresAt,
      networks: token.networks,
      permissions: [...scopes]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([permission, where]) => ({ permission, scopes: [...where].sort() })),
    };
  }
}
