// The rules as a whole: their order is part of what they say.
import { RulesSet, SetRules } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { RuleBook } from '../rule-book.ts';
import { rulesStream } from '../streams.ts';

const SetRulesCommand = commandOf(SetRules);

@CommandHandler(SetRulesCommand)
export class SetRulesHandler implements ICommandHandler<MessageOf<typeof SetRulesCommand>> {
  constructor(
    @Inject(RuleBook) private readonly book: RuleBook,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { rules },
    context,
  }: MessageOf<typeof SetRulesCommand>): Promise<OutcomeOf<typeof SetRulesCommand>> {
    await this.book.requireKnown(rules);
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: rulesStream(context.principal.tenantId),
      streamType: 'site-rules',
      expectedVersion: 'any',
      events: [eventOf(RulesSet, { rules })],
    });
    return { eventIds, replayed, answer: {} };
  }
}
