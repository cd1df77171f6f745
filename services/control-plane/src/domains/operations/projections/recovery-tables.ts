// Holds, collected journals and lost actions: written inside the append's transaction, so that nobody sends a task between
// the event that holds dispatch and the row that says so.
import {
  DispatchHeld,
  DispatchResumed,
  JournalCollected,
  LostActionFound,
  SequenceFloorRaised,
} from '@muster/contracts/operations';
import { receipt } from '@muster/contracts/agent';
import { sql } from 'kysely';
import type { EventStoreTransaction, InlineProjection, StoredEvent } from '../../../platform/event-store/index.ts';

export const recoveryTables: InlineProjection = {
  types: [DispatchHeld, JournalCollected, LostActionFound, DispatchResumed, SequenceFloorRaised].map(
    ({ type }) => type,
  ),
  async apply(trx, events) {
    // Few, and only after a restore: one statement each.
    for (const event of events) await applyOne(trx, event);
  },
};

async function applyOne(trx: EventStoreTransaction, event: StoredEvent): Promise<void> {
  switch (event.type) {
    case DispatchHeld.type: {
      const held = DispatchHeld.schema.parse(event.data);
      await sql`
        insert into muster.operations_holds (hold_id, tenant_id, reason, epoch, backup_taken_at, size, began_at)
        values (${held.holdId}, ${event.tenantId}, ${held.reason}, ${held.epoch}, ${held.backupTakenAt}, ${held.size},
          ${event.recordedAt})`.execute(trx);
      return;
    }
    case JournalCollected.type: {
      const { holdId, serverId, head, lost } = JournalCollected.schema.parse(event.data);
      await sql`
        insert into muster.operations_journals (hold_id, server_id, head_origin, head_size, lost, collected_at)
        values (${holdId}, ${serverId}, ${head?.origin ?? null}, ${head?.size ?? null}, ${lost}, ${event.recordedAt})
        on conflict do nothing`.execute(trx);
      return;
    }
    case LostActionFound.type: {
      const { holdId, serverId, taskId, state, about, at, receipt: signed } = LostActionFound.schema.parse(event.data);
      await sql`
        insert into muster.operations_lost_actions (hold_id, server_id, task_id, state, task, actor, at, outcome)
        values (${holdId}, ${serverId}, ${taskId}, ${state}, ${about?.task ?? null}, ${about?.actor ?? null}, ${at},
          ${signed === null ? null : outcomeOf(signed.body)})
        on conflict do nothing`.execute(trx);
      return;
    }
    case DispatchResumed.type: {
      const { holdId } = DispatchResumed.schema.parse(event.data);
      await sql`
        update muster.operations_holds set ended_at = ${event.recordedAt}
        where hold_id = ${holdId} and ended_at is null`.execute(trx);
      return;
    }
    case SequenceFloorRaised.type: {
      const { serverId, lane, to } = SequenceFloorRaised.schema.parse(event.data);
      await sql`
        insert into muster.operations_lanes as l (server_id, lane, seq) values (${serverId}, ${lane}, ${to})
        on conflict (server_id, lane) do update set seq = greatest(l.seq, excluded.seq)`.execute(trx);
    }
  }
}

function outcomeOf(body: string): string | null {
  const parsed = receipt.safeParse(JSON.parse(Buffer.from(body, 'base64').toString('utf8')));
  return parsed.success ? parsed.data.outcome : null;
}
