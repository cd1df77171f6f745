// Withdraws the open link of a person; it opens nothing from now on.
import { CancelLink, LinkCancelled } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { People } from '../people.ts';
import { PersonLinks } from '../person-links.ts';
import { onPerson } from '../person-stream.ts';

const CancelLinkCommand = commandOf(CancelLink);

@CommandHandler(CancelLinkCommand)
export class CancelLinkHandler implements ICommandHandler<MessageOf<typeof CancelLinkCommand>> {
  constructor(
    @Inject(People) private readonly people: People,
    @Inject(PersonLinks) private readonly links: PersonLinks,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({ input, context }: MessageOf<typeof CancelLinkCommand>): Promise<OutcomeOf<typeof CancelLinkCommand>> {
    const { personId } = input;
    const person = await this.people.byId(personId);
    const known = person?.tenantId === context.principal.tenantId;
    if (!known || !(await this.links.cancel(personId))) {
      throw new Refusal('conflict', 'no-link', 'This person has no open link');
    }
    const { eventIds, replayed } = await this.recorder.record(
      context,
      onPerson(personId, eventOf(LinkCancelled, { personId })),
    );
    return { eventIds, replayed, answer: {} };
  }
}
