// The rules as they stand, written inside the append's transaction: whoever is let in a moment later meets the new ones.
import { ApiResumed, ApiStopped, NetworkRulesSet, NetworksOpenedFromHost } from '@muster/contracts/access';
import { sql } from 'kysely';
import type { EventStoreTransaction, InlineProjection, StoredEvent } from '../../../platform/event-store/index.ts';

export const networkTable: InlineProjection = {
  types: [NetworkRulesSet, ApiStopped, ApiResumed, NetworksOpenedFromHost].map(({ type }) => type),
  async apply(trx, events) {
    for (const event of events) await applyOne(trx, event);
  },
};

async function applyOne(trx: EventStoreTransaction, event: StoredEvent): Promise<void> {
  const { tenantId, recordedAt } = event;
  await sql`
    insert into muster.access_networks (tenant_id) values (${tenantId}) on conflict do nothing`.execute(trx);
  switch (event.type) {
    case NetworkRulesSet.type: {
      const { rules } = NetworkRulesSet.schema.parse(event.data);
      await sql`
        update muster.access_networks set rules = ${JSON.stringify(rules)}::jsonb, opened_at = null, opened_why = null
        where tenant_id = ${tenantId}`.execute(trx);
      return;
    }
    case ApiStopped.type: {
      const { reason } = ApiStopped.schema.parse(event.data);
      await sql`
        update muster.access_networks set api_stopped_at = ${recordedAt}, api_stopped_by = ${event.meta.actor},
          api_stopped_why = ${reason} where tenant_id = ${tenantId}`.execute(trx);
      return;
    }
    case ApiResumed.type:
      await sql`
        update muster.access_networks set api_stopped_at = null, api_stopped_by = null, api_stopped_why = null
        where tenant_id = ${tenantId}`.execute(trx);
      return;
    case NetworksOpenedFromHost.type: {
      const { reason } = NetworksOpenedFromHost.schema.parse(event.data);
      await sql`
        update muster.access_networks set rules = '[]', opened_at = ${recordedAt}, opened_why = ${reason}
        where tenant_id = ${tenantId}`.execute(trx);
    }
  }
}
