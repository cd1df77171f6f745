// Lets a person go.
import { OffboardPerson } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import { Departures } from '../departures.ts';

const OffboardPersonCommand = commandOf(OffboardPerson);

@CommandHandler(OffboardPersonCommand)
export class OffboardPersonHandler implements ICommandHandler<MessageOf<typeof OffboardPersonCommand>> {
  constructor(@Inject(Departures) private readonly departures: Departures) {}

  async execute({
    input: { personId, reason },
    context,
  }: MessageOf<typeof OffboardPersonCommand>): Promise<OutcomeOf<typeof OffboardPersonCommand>> {
    const { eventIds, replayed, ...ended } = await this.departures.letGo(personId, reason, context);
    return { eventIds, replayed, answer: ended };
  }
}
