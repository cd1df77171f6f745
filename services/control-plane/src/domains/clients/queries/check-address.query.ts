// Is this address of ours banned? Answered for addresses that are the client’s own: asked for any other, the answer would
// tell who attacked a neighbour.
import { CheckAddress } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { ownObjection, objection, present, usedToday } from '../client.aggregate.ts';
import { ClientRepository } from '../client-repository.ts';
import { HoldingJails } from '../holding-jails.ts';

const CheckAddressQuery = queryOf(CheckAddress);

@QueryHandler(CheckAddressQuery)
export class CheckAddressHandler implements IQueryHandler<MessageOf<typeof CheckAddressQuery>> {
  constructor(
    @Inject(ClientRepository) private readonly clients: ClientRepository,
    @Inject(HoldingJails) private readonly jails: HoldingJails,
  ) {}

  async execute({
    input: { clientId, address },
    context,
  }: MessageOf<typeof CheckAddressQuery>): Promise<AnswerOf<typeof CheckAddressQuery>> {
    const state = present(await this.clients.client(clientId));
    const now = new Date();
    const source = context.principal.source ?? null;
    const own = ownObjection(state, address, source) === null;
    const held = own ? await this.jails.holding(clientId, address) : [];
    return {
      address,
      banned: held.map(({ server, jail }) => ({ server, jail })),
      refusal: objection(state, address, source, now),
      left: Math.max(0, state.limits.perDay - usedToday(state, now)),
    };
  }
}
