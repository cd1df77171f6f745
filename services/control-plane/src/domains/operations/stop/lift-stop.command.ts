// Lets tasks go out again. What was cancelled stays cancelled; what had waited goes on.
import { LiftStop, StopLifted } from '@muster/contracts/operations';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { eventOf } from '../../../platform/cqrs/event-of.ts';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import type { HintBus } from '../../../platform/event-store/index.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { TASKS_REQUESTED } from '../operation-requests.ts';
import { currentStop, stopStream } from './current-stop.ts';

const LiftStopCommand = commandOf(LiftStop);

@CommandHandler(LiftStopCommand)
export class LiftStopHandler implements ICommandHandler<MessageOf<typeof LiftStopCommand>> {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(HINTS) private readonly hints: HintBus,
  ) {}

  async execute({ input, context }: MessageOf<typeof LiftStopCommand>): Promise<OutcomeOf<typeof LiftStopCommand>> {
    if ((await currentStop(this.database.pool))?.stopId !== input.stopId) {
      throw new Refusal('conflict', 'not-stopped', 'That stop does not stand any more. Look again');
    }
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: stopStream(context.principal.tenantId),
      streamType: 'stop',
      expectedVersion: 'any',
      events: [eventOf(StopLifted, input)],
    });
    this.hints.publish(TASKS_REQUESTED, {});
    new LiveHints(this.hints).changed('operations', null, 'everybody');
    return { eventIds, replayed, answer: {} };
  }
}
