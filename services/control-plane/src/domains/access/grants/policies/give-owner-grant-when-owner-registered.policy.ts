// The first owner holds the role of owner on the fleet. From the beginning of the log, so that an owner who registered
// before there were grants has one as well.
import { GrantGiven, OwnerRegistered } from '@muster/contracts/access';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import { eventOf, SOFTWARE } from '../../../../platform/cqrs/recorder.ts';
import type { EventStore, EventStoreTransaction, SequencedEvent } from '../../../../platform/event-store/index.ts';
import type { Subscription } from '../../../../platform/projections/index.ts';
import { grantsStream } from '../grant.aggregate.ts';

const POLICY = 'give-owner-grant-when-owner-registered';

export class GiveOwnerGrantWhenOwnerRegistered implements Subscription {
  readonly name = `policy/${POLICY}`;
  readonly version = 1;
  readonly types = [OwnerRegistered.type];
  readonly from = 'beginning';

  constructor(private readonly store: EventStore) {}

  async handle(_trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    for (const event of events) {
      const { personId } = OwnerRegistered.schema.parse(event.data);
      const given = eventOf(GrantGiven, {
        grantId: derivedId(POLICY, personId),
        holderId: personId,
        role: 'owner',
        scope: { kind: 'fleet' },
        from: event.recordedAt.toISOString(),
        until: null,
        reason: 'Registered as the first owner',
      });
      await this.store.append({
        commandId: derivedId(POLICY, event.eventId),
        actor: POLICY,
        requestHash: sha256(canonicalBytes(given.data)),
        tenantId: event.tenantId,
        streamId: grantsStream(personId),
        streamType: 'grants',
        expectedVersion: 'any',
        events: [given],
        meta: {
          v: 1,
          actor: POLICY,
          actorKind: 'policy',
          software: SOFTWARE,
          correlation: event.meta.correlation,
          causation: event.eventId,
          tenant: event.tenantId,
        },
      });
    }
  }
}
