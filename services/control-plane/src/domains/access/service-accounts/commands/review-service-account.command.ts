// Somebody looked at a service account: who answers for it, what it is for, when it is looked at again.
import { ReviewServiceAccount } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../../platform/cqrs/recorder.ts';
import { review, SERVICE_ACCOUNT_NAME, serviceAccountStream } from '../service-account.aggregate.ts';
import { SERVICE_ACCOUNT_STREAM, ServiceAccounts } from '../service-accounts.ts';

const ReviewServiceAccountCommand = commandOf(ReviewServiceAccount);

@CommandHandler(ReviewServiceAccountCommand)
export class ReviewServiceAccountHandler implements ICommandHandler<MessageOf<typeof ReviewServiceAccountCommand>> {
  constructor(
    @Inject(ServiceAccounts) private readonly accounts: ServiceAccounts,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { accountId, ...wish },
    context,
  }: MessageOf<typeof ReviewServiceAccountCommand>): Promise<OutcomeOf<typeof ReviewServiceAccountCommand>> {
    const { tenantId } = context.principal;
    await this.accounts.requireActive(accountId, tenantId);
    await this.accounts.requireOwner(wish.ownerId, tenantId);
    const state = await this.accounts.state(accountId);
    const { events, formerName } = review(state, accountId, wish, new Date());
    const [before, after] = [formerName, wish.name].map((name) => name.toLowerCase());
    const renamed = before !== undefined && after !== undefined && before !== after;
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: serviceAccountStream(accountId),
      streamType: SERVICE_ACCOUNT_STREAM,
      expectedVersion: state.version,
      events,
      ...(renamed
        ? {
            release: [{ namespace: SERVICE_ACCOUNT_NAME, key: before }],
            reserve: [{ namespace: SERVICE_ACCOUNT_NAME, key: after }],
          }
        : {}),
    });
    return { eventIds, replayed, answer: {} };
  }
}
