// Another name, or another reference; both stay unique.
import { ChangeClient } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { changeClient, present } from '../client.aggregate.ts';
import { ClientRepository } from '../client-repository.ts';
import { CLIENT_NAME, CLIENT_REF, clientStream } from '../streams.ts';

const ChangeClientCommand = commandOf(ChangeClient);

@CommandHandler(ChangeClientCommand)
export class ChangeClientHandler implements ICommandHandler<MessageOf<typeof ChangeClientCommand>> {
  constructor(
    @Inject(ClientRepository) private readonly clients: ClientRepository,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { clientId, name, externalRef },
    context,
  }: MessageOf<typeof ChangeClientCommand>): Promise<OutcomeOf<typeof ChangeClientCommand>> {
    const state = present(await this.clients.client(clientId));
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: clientStream(clientId),
      streamType: 'client',
      expectedVersion: state.version,
      events: changeClient(state, name, externalRef),
      ...moved(
        [CLIENT_NAME, state.name.toLowerCase(), name.toLowerCase()],
        [CLIENT_REF, state.externalRef, externalRef],
      ),
    });
    return { eventIds, replayed, answer: {} };
  }
}

type Move = readonly [namespace: string, from: string | null, to: string | null];

/** Keys that are taken and given back when they change. */
export function moved(...moves: readonly Move[]) {
  const changes = moves.filter(([, from, to]) => from !== to);
  return {
    reserve: changes.flatMap(([namespace, , key]) => (key === null ? [] : [{ namespace, key }])),
    release: changes.flatMap(([namespace, key]) => (key === null ? [] : [{ namespace, key }])),
  };
}
