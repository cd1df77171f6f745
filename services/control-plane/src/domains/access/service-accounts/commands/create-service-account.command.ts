// Makes a service account. It may nothing: grants are given to it as to anybody.
import { CreateServiceAccount } from '@muster/contracts/access';
import { derivedId } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../../platform/cqrs/recorder.ts';
import { create, SERVICE_ACCOUNT_NAME, serviceAccountStream } from '../service-account.aggregate.ts';
import { SERVICE_ACCOUNT_STREAM, ServiceAccounts } from '../service-accounts.ts';

const CreateServiceAccountCommand = commandOf(CreateServiceAccount);

@CommandHandler(CreateServiceAccountCommand)
export class CreateServiceAccountHandler implements ICommandHandler<MessageOf<typeof CreateServiceAccountCommand>> {
  constructor(
    @Inject(ServiceAccounts) private readonly accounts: ServiceAccounts,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof CreateServiceAccountCommand>): Promise<OutcomeOf<typeof CreateServiceAccountCommand>> {
    const { actor, tenantId } = context.principal;
    const accountId = derivedId('access.service-account', actor, context.commandId);
    const before = await this.accounts.creationOf(accountId);
    if (before !== null) return { eventIds: [before], replayed: true, answer: { accountId } };
    await this.accounts.requireOwner(input.ownerId, tenantId);
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: serviceAccountStream(accountId),
      streamType: SERVICE_ACCOUNT_STREAM,
      expectedVersion: 'new',
      events: create(accountId, input, new Date()),
      reserve: [{ namespace: SERVICE_ACCOUNT_NAME, key: input.name.toLowerCase() }],
    });
    return { eventIds, replayed, answer: { accountId } };
  }
}
