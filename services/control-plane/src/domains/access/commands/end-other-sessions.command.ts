// Ends every session of one's own but the one that asks.
import { EndOtherSessions } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { asPerson } from '../person-stream.ts';
import { Sessions } from '../sessions.ts';

const EndOtherSessionsCommand = commandOf(EndOtherSessions);

@CommandHandler(EndOtherSessionsCommand)
export class EndOtherSessionsHandler implements ICommandHandler<MessageOf<typeof EndOtherSessionsCommand>> {
  constructor(@Inject(Sessions) private readonly sessions: Sessions) {}

  async execute({
    context,
  }: MessageOf<typeof EndOtherSessionsCommand>): Promise<OutcomeOf<typeof EndOtherSessionsCommand>> {
    const { personId, sessionId } = asPerson(context);
    const eventIds = await this.sessions.endAll(personId, 'revoked', context, sessionId);
    return { eventIds, replayed: false, answer: { ended: eventIds.length } };
  }
}
