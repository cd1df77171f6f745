// Records a change of the doors, and has everybody who is inside judged by it at once.
import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../platform/cqrs/principal.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import type { Appended, HintBus, NewEvent } from '../../../platform/event-store/index.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { GRANTS_CHANGED } from '../grants/grants.ts';
import { networksStream } from './networks-stream.ts';
import { NETWORKS_CHANGED } from './networks.ts';

@Injectable()
export class RecordNetworks {
  constructor(
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(HINTS) private readonly hints: HintBus,
  ) {}

  async record(context: RequestContext, event: NewEvent): Promise<Appended> {
    const appended = await this.recorder.record(context, {
      streamId: networksStream(context.principal.tenantId),
      streamType: 'networks',
      expectedVersion: 'any',
      events: [event],
    });
    this.hints.publish(NETWORKS_CHANGED, {});
    // Open sockets show again who they are and where they come from.
    this.hints.publish(GRANTS_CHANGED, { holderIds: null });
    new LiveHints(this.hints).changed('operations', null, 'everybody');
    return appended;
  }
}
