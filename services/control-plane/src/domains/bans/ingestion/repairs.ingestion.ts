// A table that was lost or changed and put back on the host is a fact for the ledger, told once however often it is sent.
import { TableRepaired, type TableRepair } from '@muster/contracts/bans';
import { derivedId } from '@muster/kernel/ids';
import type { LinkedServer } from '../../../platform/agent-link/link-registry.ts';
import { eventOf } from '../../../platform/cqrs/recorder.ts';
import type { EventStore } from '../../../platform/event-store/index.ts';
import type { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { recordFact } from '../../../platform/cqrs/recorded-fact.ts';

export class RepairsIngestion {
  constructor(
    private readonly store: EventStore,
    private readonly live: LiveHints,
  ) {}

  async take({ serverId, tenantId }: LinkedServer, repairs: readonly TableRepair[]): Promise<void> {
    for (const { at, cause, by, tookMs } of repairs) {
      await recordFact(this.store, {
        streamId: `ban-table-${serverId}`,
        streamType: 'ban-table',
        events: [eventOf(TableRepaired, { serverId, cause, by, tookMs, at })],
        actor: `server:${serverId}`,
        actorKind: 'agent',
        tenantId,
        commandId: derivedId('bans.repair', serverId, at, cause, by),
      });
    }
    if (repairs.length === 0) return;
    this.live.changed('bans', null, [serverId]);
    this.live.changed(`server:${serverId}`, null, [serverId]);
  }
}
