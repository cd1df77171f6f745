// How long tokens live at most.
import { GetTokenPolicy } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../../platform/cqrs/messages.ts';
import { TokenPolicies } from '../token-policy.ts';

const GetTokenPolicyQuery = queryOf(GetTokenPolicy);

@QueryHandler(GetTokenPolicyQuery)
export class GetTokenPolicyHandler implements IQueryHandler<MessageOf<typeof GetTokenPolicyQuery>> {
  constructor(@Inject(TokenPolicies) private readonly policies: TokenPolicies) {}

  execute({ context }: MessageOf<typeof GetTokenPolicyQuery>): Promise<AnswerOf<typeof GetTokenPolicyQuery>> {
    return this.policies.of(context.principal.tenantId);
  }
}
