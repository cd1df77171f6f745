// How people must sign in, and which roles there are to say it for.
import { GetSignInPolicy } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { Roles } from '../grants/roles.ts';
import { SignInPolicies } from '../sign-in-policy.ts';

const GetSignInPolicyQuery = queryOf(GetSignInPolicy);

@QueryHandler(GetSignInPolicyQuery)
export class GetSignInPolicyHandler implements IQueryHandler<MessageOf<typeof GetSignInPolicyQuery>> {
  constructor(
    @Inject(SignInPolicies) private readonly policies: SignInPolicies,
    @Inject(Roles) private readonly roles: Roles,
  ) {}

  async execute({ context }: MessageOf<typeof GetSignInPolicyQuery>): Promise<AnswerOf<typeof GetSignInPolicyQuery>> {
    const policy = await this.policies.of(context.principal.tenantId);
    const roles = await this.roles.all(context.principal.tenantId);
    return { ...policy, roles: roles.map(({ role, title }) => ({ role, title })) };
  }
}
