// When everything is stopped, what servers may be working on is cancelled: a signed cancel goes out, and each server says
// whether it came in time. Operations that no server has begun wait as they are, for the stop to be lifted.
import { DispatchStopped, OperationCancelRequested } from '@muster/contracts/operations';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import { eventOf, SOFTWARE } from '../../../platform/cqrs/event-of.ts';
import type { QueryPool } from '../../../platform/database/scoped-pool.ts';
import type { EventStore, EventStoreTransaction, SequencedEvent } from '../../../platform/event-store/index.ts';
import type { Subscription } from '../../../platform/projections/index.ts';
import { operationStream } from '../operation-requests.ts';

const POLICY = 'cancel-work-when-dispatch-stops';

export class CancelWorkWhenDispatchStops implements Subscription {
  readonly name = `policy/${POLICY}`;
  readonly version = 1;
  readonly types = [DispatchStopped.type];
  readonly from = 'beginning';

  constructor(
    private readonly pool: QueryPool,
    private readonly store: EventStore,
  ) {}

  async handle(_trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    for (const event of events) {
      for (const operationId of await this.#underWay(event)) await this.#cancel(operationId, event);
    }
  }

  /** Asked for before the stop, and in the hands of a server. */
  async #underWay({ tenantId, recordedAt }: SequencedEvent): Promise<string[]> {
    const { rows } = await this.pool.query<{ operation_id: string }>(
      `select distinct t.operation_id from muster.operations_tasks t
       join muster.operations_operations o using (operation_id)
       where t.tenant_id = $1 and t.requested_at <= $2 and t.signed_at is not null and not o.cancel_requested
         and t.state in ('released', 'accepted', 'running')`,
      [tenantId, recordedAt],
    );
    return rows.map((row) => row.operation_id);
  }

  async #cancel(operationId: string, stop: SequencedEvent): Promise<void> {
    const cancel = eventOf(OperationCancelRequested, { operationId });
    await this.store.append({
      commandId: derivedId(POLICY, stop.eventId, operationId),
      actor: POLICY,
      requestHash: sha256(canonicalBytes(cancel.data)),
      tenantId: stop.tenantId,
      streamId: operationStream(operationId),
      streamType: 'operation',
      expectedVersion: 'any',
      events: [cancel],
      meta: {
        v: 1,
        actor: POLICY,
        actorKind: 'policy',
        software: SOFTWARE,
        correlation: stop.meta.correlation,
        causation: stop.eventId,
        tenant: stop.tenantId,
      },
    });
  }
}
