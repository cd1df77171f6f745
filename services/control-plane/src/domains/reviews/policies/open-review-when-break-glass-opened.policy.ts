// Whatever was done with an emergency account is looked at afterwards, by an owner who is not that account.
import { BreakGlassOpened } from '@muster/contracts/access';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import { SOFTWARE } from '../../../platform/cqrs/event-of.ts';
import type { Connection } from '../../../platform/database/database.ts';
import type { EventStore, EventStoreTransaction, SequencedEvent } from '../../../platform/event-store/index.ts';
import type { Subscription } from '../../../platform/projections/index.ts';
import { open, reviewStream } from '../review.aggregate.ts';
import { nextReviewer } from '../reviewers.ts';

const POLICY = 'open-review-when-break-glass-opened';
const DUE_MS = 24 * 3_600_000;

export class OpenReviewWhenBreakGlassOpened implements Subscription {
  readonly name = `policy/${POLICY}`;
  readonly version = 1;
  readonly types = [BreakGlassOpened.type];
  readonly from = 'now';

  constructor(
    private readonly database: Connection,
    private readonly store: EventStore,
  ) {}

  async handle(_trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    for (const event of events) {
      const { breakGlassId, personId, until } = BreakGlassOpened.schema.parse(event.data);
      const reviewId = derivedId(POLICY, breakGlassId);
      const opened = open({
        reviewId,
        kind: 'break-glass',
        ownerId: await nextReviewer(this.database, event.tenantId, personId),
        dueAt: new Date(new Date(until).getTime() + DUE_MS),
        about: personId,
        items: [],
      });
      const commandId = derivedId(POLICY, event.eventId);
      await this.store.append({
        commandId,
        actor: POLICY,
        requestHash: sha256(canonicalBytes([POLICY, commandId])),
        tenantId: event.tenantId,
        streamId: reviewStream(reviewId),
        streamType: 'review',
        expectedVersion: 'any',
        events: opened,
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
