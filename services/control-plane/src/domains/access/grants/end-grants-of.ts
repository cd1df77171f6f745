// Ends every grant of a holder who is let go.
import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../platform/cqrs/principal.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { EventStore } from '../../../platform/event-store/index.ts';
import { end, grantsFrom, grantsStream } from './grant.aggregate.ts';

@Injectable()
export class EndGrantsOf {
  constructor(
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  /** How many ended. */
  async end(holderId: string, reason: string, context: RequestContext): Promise<number> {
    const streamId = grantsStream(holderId);
    const state = grantsFrom(await this.store.readStream(streamId));
    const ids = [...state.open.keys()];
    if (ids.length === 0) return 0;
    await this.recorder.record(
      context,
      {
        streamId,
        streamType: 'grants',
        expectedVersion: state.version,
        events: ids.flatMap((grantId) => end(state, grantId, 'offboarded', reason)),
        internalReason: reason,
      },
      `grants of ${holderId}`,
    );
    return ids.length;
  }
}
