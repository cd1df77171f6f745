// A person decides not to wait for the servers that have not come back after a restore. What they did meanwhile is then
// found when they connect, and their numbers are raised first; but an action may be asked of them twice in other words.
import { DispatchResumed, ResumeDispatch } from '@muster/contracts/operations';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { currentHold } from '../recovery/dispatch-hold.ts';
import { progressOf } from '../recovery/progress.ts';
import { recoveryStream } from '../recovery/recovery-log.ts';

const ResumeDispatchCommand = commandOf(ResumeDispatch);

@CommandHandler(ResumeDispatchCommand)
export class ResumeDispatchHandler implements ICommandHandler<MessageOf<typeof ResumeDispatchCommand>> {
  constructor(
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(APP_DATABASE) private readonly database: Connection,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof ResumeDispatchCommand>): Promise<OutcomeOf<typeof ResumeDispatchCommand>> {
    const hold = await currentHold(this.database.pool);
    if (hold?.holdId !== input.holdId || hold.tenantId !== context.principal.tenantId) {
      throw new Refusal('conflict', 'not-held', 'Tasks are being sent; there is nothing to resume');
    }
    const { servers, collected, lost } = await progressOf(this.database.pool, hold);
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: recoveryStream(hold.holdId),
      streamType: 'recovery',
      expectedVersion: 'any',
      events: [eventOf(DispatchResumed, { holdId: hold.holdId, because: 'person', servers, collected, lost })],
      internalReason: input.reason,
    });
    return { eventIds, replayed, answer: {} };
  }
}
