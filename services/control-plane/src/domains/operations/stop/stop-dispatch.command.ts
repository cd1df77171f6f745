// Stop-all: nothing more is sent to any server, and what servers are working on is cancelled where it still can be.
import { DispatchStopped, StopDispatch } from '@muster/contracts/operations';
import { derivedId } from '@muster/kernel/ids';
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
import { currentStop, stopStream } from './current-stop.ts';

const StopDispatchCommand = commandOf(StopDispatch);

@CommandHandler(StopDispatchCommand)
export class StopDispatchHandler implements ICommandHandler<MessageOf<typeof StopDispatchCommand>> {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(HINTS) private readonly hints: HintBus,
  ) {}

  async execute({
    input: { reason },
    context,
  }: MessageOf<typeof StopDispatchCommand>): Promise<OutcomeOf<typeof StopDispatchCommand>> {
    const { actor, tenantId } = context.principal;
    const stopId = derivedId('operations.stop', actor, context.commandId);
    if ((await currentStop(this.database.pool)) !== null) {
      throw new Refusal('conflict', 'unchanged', 'Everything is stopped already');
    }
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: stopStream(tenantId),
      streamType: 'stop',
      expectedVersion: 'any',
      events: [eventOf(DispatchStopped, { stopId, reason })],
    });
    new LiveHints(this.hints).changed('operations', null, 'everybody');
    return { eventIds, replayed, answer: { stopId } };
  }
}
