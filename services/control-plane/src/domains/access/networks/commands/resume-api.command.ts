// Lets programs in again.
import { ApiResumed, ResumeApi } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { eventOf } from '../../../../platform/cqrs/event-of.ts';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import { Refusal } from '../../../../platform/errors/refusal.ts';
import { Networks } from '../networks.ts';
import { RecordNetworks } from '../record-networks.ts';

const ResumeApiCommand = commandOf(ResumeApi);

@CommandHandler(ResumeApiCommand)
export class ResumeApiHandler implements ICommandHandler<MessageOf<typeof ResumeApiCommand>> {
  constructor(
    @Inject(Networks) private readonly networks: Networks,
    @Inject(RecordNetworks) private readonly recorded: RecordNetworks,
  ) {}

  async execute({ input, context }: MessageOf<typeof ResumeApiCommand>): Promise<OutcomeOf<typeof ResumeApiCommand>> {
    if ((await this.networks.state()).apiStopped === null) {
      throw new Refusal('conflict', 'unchanged', 'Programs are let in; there is nothing to resume');
    }
    const { eventIds, replayed } = await this.recorded.record(context, eventOf(ApiResumed, input));
    return { eventIds, replayed, answer: {} };
  }
}
