// Accepts what a check finds, somewhere, until a date. For a critical check it counts when a second person has agreed.
import { AcceptRisk } from '@muster/contracts/posture';
import { derivedId } from '@muster/kernel/ids';
import { checkOf } from '@muster/posture/checks';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { EventStore } from '../../../platform/event-store/index.ts';
import { accept, needsSecond, waiverStream } from '../waiver.aggregate.ts';

const AcceptRiskCommand = commandOf(AcceptRisk);

@CommandHandler(AcceptRiskCommand)
export class AcceptRiskHandler implements ICommandHandler<MessageOf<typeof AcceptRiskCommand>> {
  constructor(
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({ input, context }: MessageOf<typeof AcceptRiskCommand>): Promise<OutcomeOf<typeof AcceptRiskCommand>> {
    const { actor } = context.principal;
    const check = checkOf(input.checkId);
    if (check === undefined) throw notFound('check');
    const waiverId = derivedId('posture.waiver', actor, context.commandId);
    const answer = { waiverId, needsSecond: needsSecond(check.severity) };
    const streamId = waiverStream(waiverId);
    const [before] = await this.store.readStream(streamId);
    if (before) return { eventIds: [before.eventId], replayed: true, answer };
    const { checkId, target, subject, reason } = input;
    const wish = {
      waiverId,
      checkId,
      target,
      subject,
      reason,
      severity: check.severity,
      owner: actor,
      until: new Date(input.until),
    };
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId,
      streamType: 'waiver',
      expectedVersion: 'new',
      events: accept(wish, new Date()),
      internalReason: reason,
    });
    return { eventIds, replayed, answer };
  }
}
