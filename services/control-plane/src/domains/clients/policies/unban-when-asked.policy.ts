// A client’s person asked to let an address go: one task per server, for the jails that were found to hold it.
import { UnbanAddress } from '@muster/contracts/bans';
import { UnblockAsked } from '@muster/contracts/clients';
import type { EventStoreTransaction, SequencedEvent } from '../../../platform/event-store/index.ts';
import type { Subscription } from '../../../platform/projections/index.ts';
import type { OperationRequests } from '../../operations/index.ts';

/** Whoever waits at a closed door does not wait for hours. */
const EXPIRY_MS = 15 * 60_000;
const NAME_OF_A_JAIL = /^[A-Za-z0-9_.-]{1,64}$/;

export class UnbanWhenAsked implements Subscription {
  readonly name = 'policy/unban-when-asked';
  readonly version = 1;
  readonly types = [UnblockAsked.type];
  readonly from = 'beginning';

  constructor(private readonly operations: OperationRequests) {}

  async handle(_trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    for (const event of events) {
      const { address, operationId, jails } = UnblockAsked.schema.parse(event.data);
      // What a host calls its jails is the host’s word; only what may stand on a command line goes back.
      const byServer = Map.groupBy(
        jails.filter(({ jail }) => NAME_OF_A_JAIL.test(jail)),
        ({ serverId }) => serverId,
      );
      await this.operations.request(
        {
          operationId,
          kind: 'bans.unban',
          subject: address,
          reason: null,
          expiresAt: new Date(event.recordedAt.getTime() + EXPIRY_MS),
          tasks: [...byServer].map(([serverId, held]) => ({
            serverId,
            definition: UnbanAddress,
            args: { address, jails: held.map(({ jail }) => jail).slice(0, 200) },
          })),
        },
        { eventId: event.eventId, tenantId: event.tenantId, meta: event.meta, policy: this.name },
        event.recordedAt,
      );
    }
  }
}
