// Keeps every program out, at once: the next request, and the sockets that are open.
import { ApiStopped, StopApi } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { eventOf } from '../../../../platform/cqrs/event-of.ts';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import { Refusal } from '../../../../platform/errors/refusal.ts';
import { Networks } from '../networks.ts';
import { RecordNetworks } from '../record-networks.ts';

const StopApiCommand = commandOf(StopApi);

@CommandHandler(StopApiCommand)
export class StopApiHandler implements ICommandHandler<MessageOf<typeof StopApiCommand>> {
  constructor(
    @Inject(Networks) private readonly networks: Networks,
    @Inject(RecordNetworks) private readonly recorded: RecordNetworks,
  ) {}

  async execute({ input, context }: MessageOf<typeof StopApiCommand>): Promise<OutcomeOf<typeof StopApiCommand>> {
    if ((await this.networks.state()).apiStopped !== null) {
      throw new Refusal('conflict', 'unchanged', 'The API is stopped already');
    }
    const { eventIds, replayed } = await this.recorded.record(context, eventOf(ApiStopped, input));
    return { eventIds, replayed, answer: {} };
  }
}
