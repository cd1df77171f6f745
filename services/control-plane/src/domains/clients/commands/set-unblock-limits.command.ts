// What a client’s people may unblock by themselves: which addresses are theirs, and how often.
import { SetUnblockLimits } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { present, setLimits } from '../client.aggregate.ts';
import { ClientRepository } from '../client-repository.ts';
import { clientStream } from '../streams.ts';

const SetUnblockLimitsCommand = commandOf(SetUnblockLimits);

@CommandHandler(SetUnblockLimitsCommand)
export class SetUnblockLimitsHandler implements ICommandHandler<MessageOf<typeof SetUnblockLimitsCommand>> {
  constructor(
    @Inject(ClientRepository) private readonly clients: ClientRepository,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { clientId, limits },
    context,
  }: MessageOf<typeof SetUnblockLimitsCommand>): Promise<OutcomeOf<typeof SetUnblockLimitsCommand>> {
    const state = present(await this.clients.client(clientId));
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: clientStream(clientId),
      streamType: 'client',
      expectedVersion: state.version,
      events: setLimits(state, limits),
    });
    return { eventIds, replayed, answer: {} };
  }
}
