// Sets a release out to the fleet. The event carries the signed manifests, so that what servers are told to verify is what
// the person saw, whatever happens to the folder afterwards.
import { RolloutStarted, StartRollout } from '@muster/contracts/releases';
import { derivedId } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { AlreadyTaken } from '../../../platform/event-store/index.ts';
import { ReleaseShelf } from '../release-shelf.ts';
import { oneRollout, rolloutStream } from '../rollout.aggregate.ts';

const StartRolloutCommand = commandOf(StartRollout);

@CommandHandler(StartRolloutCommand)
export class StartRolloutHandler implements ICommandHandler<MessageOf<typeof StartRolloutCommand>> {
  constructor(
    @Inject(ReleaseShelf) private readonly shelf: ReleaseShelf,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof StartRolloutCommand>): Promise<OutcomeOf<typeof StartRolloutCommand>> {
    const { actor, tenantId } = context.principal;
    const rolloutId = derivedId('releases.rollout', actor, context.commandId);
    const manifests = await this.shelf.manifestsOf(input.version);
    try {
      const { eventIds, replayed } = await this.recorder.record(context, {
        streamId: rolloutStream(rolloutId),
        streamType: 'rollout',
        expectedVersion: 'new',
        events: [eventOf(RolloutStarted, { rolloutId, manifests, ...input })],
        reserve: [oneRollout(tenantId)],
        internalReason: input.reason,
      });
      return { eventIds, replayed, answer: { rolloutId } };
    } catch (error) {
      if (!(error instanceof AlreadyTaken)) throw error;
      throw new Refusal('conflict', 'running', 'Another rollout is running; wait for its end or stop it first');
    }
  }
}
