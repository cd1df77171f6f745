// A program is no longer needed, or no longer trusted: its tokens and grants end now.
import { RetireServiceAccount } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../../platform/cqrs/recorder.ts';
import { EndTokens } from '../../api-tokens/end-tokens.ts';
import { EndGrantsOf } from '../../grants/end-grants-of.ts';
import { retire, SERVICE_ACCOUNT_NAME, serviceAccountStream } from '../service-account.aggregate.ts';
import { SERVICE_ACCOUNT_STREAM, ServiceAccounts } from '../service-accounts.ts';

const RetireServiceAccountCommand = commandOf(RetireServiceAccount);

@CommandHandler(RetireServiceAccountCommand)
export class RetireServiceAccountHandler implements ICommandHandler<MessageOf<typeof RetireServiceAccountCommand>> {
  constructor(
    @Inject(ServiceAccounts) private readonly accounts: ServiceAccounts,
    @Inject(EndTokens) private readonly tokens: EndTokens,
    @Inject(EndGrantsOf) private readonly grants: EndGrantsOf,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { accountId, reason },
    context,
  }: MessageOf<typeof RetireServiceAccountCommand>): Promise<OutcomeOf<typeof RetireServiceAccountCommand>> {
    await this.accounts.requireActive(accountId, context.principal.tenantId);
    // What it can do ends before its own end is written: should the process die here, the command is simply repeated.
    const tokens = await this.tokens.allOf(accountId, 'retired', reason, context);
    const grants = await this.grants.end(accountId, reason, context);
    const state = await this.accounts.state(accountId);
    const { events, name } = retire(state, reason);
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: serviceAccountStream(accountId),
      streamType: SERVICE_ACCOUNT_STREAM,
      expectedVersion: state.version,
      events,
      release: [{ namespace: SERVICE_ACCOUNT_NAME, key: name.toLowerCase() }],
      internalReason: reason,
    });
    return { eventIds: [...tokens, ...eventIds], replayed, answer: { tokens: tokens.length, grants } };
  }
}
