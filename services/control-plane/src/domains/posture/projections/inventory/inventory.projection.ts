// posture_approvals and posture_host_changes: who answers for what on a server, and what was seen to change there. An
// approval closes findings, so its server is judged anew.
import { ApprovalWithdrawn, HostChanged, ItemsApproved } from '@muster/contracts/posture';
import { ServerRetired } from '@muster/contracts/servers';
import { sql } from 'kysely';
import type { EventStoreTransaction, SequencedEvent } from '../../../../platform/event-store/index.ts';
import type { ReadModelKey, Subscription } from '../../../../platform/projections/index.ts';
import type { LiveHints } from '../../../../platform/realtime/live-hints.ts';
import { markStandsOut } from '../../inventory/stands-out.ts';
import { readModel } from '../read-model.ts';

export const INVENTORY: ReadModelKey = { name: 'read-model/posture-inventory', version: 1 };

export function inventoryProjection(live: LiveHints): Subscription {
  return readModel(live, {
    ...INVENTORY,
    of: [HostChanged, ItemsApproved, ApprovalWithdrawn, ServerRetired],
    project,
    tells: 'servers',
  });
}

async function project(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
  const { tenantId, position, recordedAt } = event;
  switch (event.type) {
    case HostChanged.type: {
      const { serverId, kind, appeared, gone, operationId } = HostChanged.schema.parse(event.data);
      await sql`
        insert into muster.posture_host_changes (position, tenant_id, server_id, kind, appeared, gone, operation_id, at)
        values (${position}, ${tenantId}, ${serverId}, ${kind}, ${appeared}::text[], ${gone}::text[], ${operationId}, ${recordedAt})
        on conflict do nothing`.execute(trx);
      return;
    }
    case ItemsApproved.type: {
      const { serverId, kind, items, programs = {}, owner, reason, reviewAt } = ItemsApproved.schema.parse(event.data);
      await sql`
        insert into muster.posture_approvals (server_id, kind, item, tenant_id, program, owner, reason, approved_at, review_at)
        select ${serverId}::uuid, ${kind}, item, ${tenantId}::uuid, ${JSON.stringify(programs)}::jsonb ->> item, ${owner}, ${reason},
          ${recordedAt}, ${reviewAt}
        from unnest(${items}::text[]) as item
        on conflict (server_id, kind, item) do update set program = excluded.program, owner = excluded.owner,
          reason = excluded.reason, approved_at = excluded.approved_at, review_at = excluded.review_at`.execute(trx);
      await markStandsOut(serverId, kind, recordedAt).execute(trx);
      await judgeAgain(trx, serverId);
      return;
    }
    case ApprovalWithdrawn.type: {
      const { serverId, kind, items } = ApprovalWithdrawn.schema.parse(event.data);
      await sql`
        delete from muster.posture_approvals
        where server_id = ${serverId} and kind = ${kind} and item = any(${items}::text[])`.execute(trx);
      await markStandsOut(serverId, kind, recordedAt).execute(trx);
      await judgeAgain(trx, serverId);
      return;
    }
    case ServerRetired.type: {
      const { serverId } = ServerRetired.schema.parse(event.data);
      for (const table of ['inventory', 'inventory_readings', 'approvals']) {
        await sql`delete from ${sql.table(`muster.posture_${table}`)} where server_id = ${serverId}`.execute(trx);
      }
    }
  }
}

/** What nobody had approved is a finding; what somebody answers for is none. */
async function judgeAgain(trx: EventStoreTransaction, serverId: string): Promise<void> {
  await sql`
    update muster.posture_judgements set due_at = coalesce(due_at, clock_timestamp())
    where server_id = ${serverId}`.execute(trx);
}
