// Somebody asked servers to read themselves now: one task for each of them.
import { ScanRequested, ScanServer } from '@muster/contracts/posture';
import type { EventStoreTransaction, SequencedEvent } from '../../../platform/event-store/index.ts';
import type { Subscription } from '../../../platform/projections/index.ts';
import type { OperationRequests } from '../../operations/index.ts';

/** Whoever asked to know now does not wait longer for a server that is away. */
const EXPIRY_MS = 30 * 60_000;

export class AskServersWhenScanIsRequested implements Subscription {
  readonly name = 'policy/ask-servers-when-scan-is-requested';
  readonly version = 1;
  readonly types = [ScanRequested.type];
  readonly from = 'beginning';

  constructor(private readonly operations: OperationRequests) {}

  async handle(_trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    for (const event of events) {
      const { operationId, serverIds, probes, checkId } = ScanRequested.schema.parse(event.data);
      await this.operations.request(
        {
          operationId,
          kind: 'posture.scan',
          subject: checkId ?? 'everything',
          reason: null,
          expiresAt: new Date(event.recordedAt.getTime() + EXPIRY_MS),
          tasks: serverIds.map((serverId) => ({ serverId, definition: ScanServer, args: { probes } })),
        },
        { eventId: event.eventId, tenantId: event.tenantId, meta: event.meta, policy: this.name },
        event.recordedAt,
      );
    }
  }
}
