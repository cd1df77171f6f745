// An operator compared what the server shows with what the page shows: from now on the server counts as itself.
import { ConfirmFingerprint } from '@muster/contracts/servers';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { confirmFingerprint } from '../server.aggregate.ts';
import { serverStream } from '../server-events.ts';
import { ServerRepository } from '../server-repository.ts';

const ConfirmFingerprintCommand = commandOf(ConfirmFingerprint);

@CommandHandler(ConfirmFingerprintCommand)
export class ConfirmFingerprintHandler implements ICommandHandler<MessageOf<typeof ConfirmFingerprintCommand>> {
  constructor(
    @Inject(ServerRepository) private readonly servers: ServerRepository,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof ConfirmFingerprintCommand>): Promise<OutcomeOf<typeof ConfirmFingerprintCommand>> {
    const state = await this.servers.server(input.serverId);
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: serverStream(input.serverId),
      streamType: 'server',
      expectedVersion: state?.version ?? 'new',
      events: confirmFingerprint(state, input.fingerprint),
    });
    return { eventIds, replayed, answer: {} };
  }
}
