// A client has a unique name and, when another system knows it, that system’s reference.
import { ClientCreated, CreateClient } from '@muster/contracts/clients';
import { derivedId } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { CLIENT_NAME, CLIENT_REF, clientStream } from '../streams.ts';

const CreateClientCommand = commandOf(CreateClient);

@CommandHandler(CreateClientCommand)
export class CreateClientHandler implements ICommandHandler<MessageOf<typeof CreateClientCommand>> {
  constructor(@Inject(Recorder) private readonly recorder: Recorder) {}

  async execute({
    input: { name, externalRef },
    context,
  }: MessageOf<typeof CreateClientCommand>): Promise<OutcomeOf<typeof CreateClientCommand>> {
    const clientId = derivedId('client', context.principal.actor, context.commandId);
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: clientStream(clientId),
      streamType: 'client',
      expectedVersion: 'new',
      events: [eventOf(ClientCreated, { clientId, name, externalRef })],
      reserve: [
        { namespace: CLIENT_NAME, key: name.toLowerCase() },
        ...(externalRef === null ? [] : [{ namespace: CLIENT_REF, key: externalRef }]),
      ],
    });
    return { eventIds, replayed, answer: { clientId } };
  }
}
