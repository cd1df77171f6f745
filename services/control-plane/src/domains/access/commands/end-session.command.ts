// Ends one of one's own sessions. The event is written by the session's end.
import { EndSession } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { asPerson } from '../person-stream.ts';
import { Sessions } from '../sessions.ts';

const EndSessionCommand = commandOf(EndSession);

@CommandHandler(EndSessionCommand)
export class EndSessionHandler implements ICommandHandler<MessageOf<typeof EndSessionCommand>> {
  constructor(@Inject(Sessions) private readonly sessions: Sessions) {}

  async execute({ input, context }: MessageOf<typeof EndSessionCommand>): Promise<OutcomeOf<typeof EndSessionCommand>> {
    const { personId } = asPerson(context);
    if (!(await this.sessions.belongsTo(input.sessionId, personId))) throw notFound('session');
    const eventIds = await this.sessions.end(input.sessionId, { why: 'revoked', context });
    return { eventIds, replayed: false, answer: {} };
  }
}
