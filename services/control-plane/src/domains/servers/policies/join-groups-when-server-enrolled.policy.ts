// Whoever issued the token said which groups the server belongs to: when it has introduced itself, it joins them.
import { ServerEnrolled } from '@muster/contracts/servers';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import { SOFTWARE } from '../../../platform/cqrs/recorder.ts';
import type { EventStore, EventStoreTransaction, SequencedEvent } from '../../../platform/event-store/index.ts';
import type { Subscription } from '../../../platform/projections/index.ts';
import { addMembers, evolveGroup } from '../group.aggregate.ts';
import { enrolmentStream, groupStream } from '../server-events.ts';
import { EnrolmentOpened } from '@muster/contracts/servers';

const POLICY = 'join-groups-when-server-enrolled';

export class JoinGroupsWhenServerEnrolled implements Subscription {
  readonly name = `policy/${POLICY}`;
  readonly version = 1;
  readonly types = [ServerEnrolled.type];
  readonly from = 'beginning';

  constructor(private readonly store: EventStore) {}

  async handle(_trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    for (const event of events) {
      const { serverId, enrolmentId } = ServerEnrolled.schema.parse(event.data);
      const [opened] = await this.store.readStream(enrolmentStream(enrolmentId));
      if (!opened) continue;
      for (const groupId of EnrolmentOpened.schema.parse(opened.data).groupIds)
        await this.#join(event, groupId, serverId);
    }
  }

  async #join(cause: SequencedEvent, groupId: string, serverId: string): Promise<void> {
    const history = await this.store.readStream(groupStream(groupId));
    const events = addMembers(evolveGroup(history), [serverId]);
    if (events.length === 0) return;
    await this.store.append({
      commandId: derivedId(POLICY, cause.eventId, groupId),
      actor: POLICY,
      requestHash: sha256(canonicalBytes([cause.eventId, groupId])),
      tenantId: cause.tenantId,
      streamId: groupStream(groupId),
      streamType: 'group',
      expectedVersion: 'any',
      events,
      meta: {
        v: 1,
        actor: POLICY,
        actorKind: 'policy',
        software: SOFTWARE,
        correlation: cause.meta.correlation,
        causation: cause.eventId,
        tenant: cause.tenantId,
      },
    });
  }
}
