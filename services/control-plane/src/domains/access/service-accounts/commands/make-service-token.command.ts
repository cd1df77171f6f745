// Makes a token for a service account: bounded by what the account holds, and by what its maker holds himself. Otherwise
// whoever may make one could give himself, through a program, what nobody granted to him.
import { MakeServiceToken } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import { IssueToken } from '../../api-tokens/issue-token.ts';
import { Grants } from '../../grants/grants.ts';
import { asPerson } from '../../person-stream.ts';
import { ServiceAccounts } from '../service-accounts.ts';

const MakeServiceTokenCommand = commandOf(MakeServiceToken);

@CommandHandler(MakeServiceTokenCommand)
export class MakeServiceTokenHandler implements ICommandHandler<MessageOf<typeof MakeServiceTokenCommand>> {
  constructor(
    @Inject(ServiceAccounts) private readonly accounts: ServiceAccounts,
    @Inject(Grants) private readonly grants: Grants,
    @Inject(IssueToken) private readonly issue: IssueToken,
  ) {}

  async execute({
    input: { accountId, ...wish },
    context,
  }: MessageOf<typeof MakeServiceTokenCommand>): Promise<OutcomeOf<typeof MakeServiceTokenCommand>> {
    asPerson(context);
    await this.accounts.requireActive(accountId, context.principal.tenantId);
    const bounds = [context.principal.grants ?? [], await this.grants.of(accountId)];
    return this.issue.make({ ...wish, holderId: accountId, holderKind: 'service-account' }, bounds, context);
  }
}
