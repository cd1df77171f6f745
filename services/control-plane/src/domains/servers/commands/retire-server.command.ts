// A retired server's keys are refused from now on; its history stays.
import { RetireServer } from '@muster/contracts/servers';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { SERVER_NAME } from '../reservations.ts';
import { retireServer } from '../server.aggregate.ts';
import { serverStream } from '../server-events.ts';
import { ServerRepository } from '../server-repository.ts';

const RetireServerCommand = commandOf(RetireServer);

@CommandHandler(RetireServerCommand)
export class RetireServerHandler implements ICommandHandler<MessageOf<typeof RetireServerCommand>> {
  constructor(
    @Inject(ServerRepository) private readonly servers: ServerRepository,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof RetireServerCommand>): Promise<OutcomeOf<typeof RetireServerCommand>> {
    const state = await this.servers.server(input.serverId);
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: serverStream(input.serverId),
      streamType: 'server',
      expectedVersion: state?.version ?? 'new',
      events: retireServer(state, input.reason),
      release: [{ namespace: SERVER_NAME, key: state?.name.toLowerCase() ?? '' }],
      internalReason: input.reason,
    });
    return { eventIds, replayed, answer: {} };
  }
}
