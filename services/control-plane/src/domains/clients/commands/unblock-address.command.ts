// A client’s person lets one of the client’s own addresses go: out of the jails that guard its sites, never out of what
// people blocked, and never on another client’s behalf.
import { UnblockAddress } from '@muster/contracts/clients';
import { derivedId } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { askUnblock, objection, present, usedToday } from '../client.aggregate.ts';
import { ClientRepository } from '../client-repository.ts';
import { HoldingJails } from '../holding-jails.ts';
import { clientStream } from '../streams.ts';

const UnblockAddressCommand = commandOf(UnblockAddress);

@CommandHandler(UnblockAddressCommand)
export class UnblockAddressHandler implements ICommandHandler<MessageOf<typeof UnblockAddressCommand>> {
  constructor(
    @Inject(ClientRepository) private readonly clients: ClientRepository,
    @Inject(HoldingJails) private readonly jails: HoldingJails,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { clientId, address },
    context,
  }: MessageOf<typeof UnblockAddressCommand>): Promise<OutcomeOf<typeof UnblockAddressCommand>> {
    const state = present(await this.clients.client(clientId));
    const now = new Date();
    const source = context.principal.source ?? null;
    // First whether it is theirs: what is banned of others is not told.
    const why = objection(state, address, source, now);
    if (why !== null) throw new Refusal('forbidden', 'beyond-limits', why);
    const held = await this.jails.holding(clientId, address);
    if (held.length === 0) {
      throw new Refusal('conflict', 'not-banned', `Nothing that is yours to lift holds ${address}`);
    }
    const open = held.filter(({ managed }) => managed);
    if (open.length === 0) {
      throw new Refusal('conflict', 'only-observed', 'Muster only observes that server. Ask the operations team');
    }
    const operationId = derivedId('clients.unblock', context.principal.actor, context.commandId);
    const jails = open.map(({ serverId, jail }) => ({ serverId, jail }));
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: clientStream(clientId),
      streamType: 'client',
      expectedVersion: state.version,
      events: askUnblock(state, { clientId, address, operationId, jails }, source, now),
    });
    return { eventIds, replayed, answer: { operationId, left: state.limits.perDay - usedToday(state, now) - 1 } };
  }
}
