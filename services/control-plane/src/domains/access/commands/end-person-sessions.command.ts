// Ends every session of somebody else, at once.
import { EndPersonSessions } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { People } from '../people.ts';
import { Sessions } from '../sessions.ts';

const EndPersonSessionsCommand = commandOf(EndPersonSessions);

@CommandHandler(EndPersonSessionsCommand)
export class EndPersonSessionsHandler implements ICommandHandler<MessageOf<typeof EndPersonSessionsCommand>> {
  constructor(
    @Inject(People) private readonly people: People,
    @Inject(Sessions) private readonly sessions: Sessions,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof EndPersonSessionsCommand>): Promise<OutcomeOf<typeof EndPersonSessionsCommand>> {
    const person = await this.people.byId(input.personId);
    if (person?.tenantId !== context.principal.tenantId) throw notFound('person');
    const eventIds = await this.sessions.endAll(input.personId, 'revoked', context);
    return { eventIds, replayed: false, answer: { ended: eventIds.length } };
  }
}
