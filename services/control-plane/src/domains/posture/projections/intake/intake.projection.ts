// posture_intake: what first scans found, until it is mended, each with what was decided about it.
import { FindingClosed, FindingOpened, IntakeDecided } from '@muster/contracts/posture';
import { ServerRetired } from '@muster/contracts/servers';
import { sql } from 'kysely';
import type { EventStoreTransaction, SequencedEvent } from '../../../../platform/event-store/index.ts';
import type { Subscription } from '../../../../platform/projections/index.ts';
import type { LiveHints } from '../../../../platform/realtime/live-hints.ts';

export function intakeProjection(live: LiveHints): Subscription {
  return {
    name: 'read-model/posture-intake',
    version: 1,
    types: [FindingOpened.type, FindingClosed.type, IntakeDecided.type, ServerRetired.type],
    from: 'beginning',
    batch: 200,
    async handle(trx, events) {
      for (const event of events) await project(trx, event);
    },
    afterCommit(events) {
      // Findings are told of by their own read model.
      if (events.some(({ type }) => type === IntakeDecided.type)) {
        live.changed('posture', events.at(-1)?.position ?? null, 'everybody');
      }
      return Promise.resolve();
    },
  };
}

async function project(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
  switch (event.type) {
    case FindingOpened.type: {
      const { findingId, serverId, checkId, intake } = FindingOpened.schema.parse(event.data);
      if (intake !== true) return;
      await sql`
        insert into muster.posture_intake (finding_id, tenant_id, server_id, check_id, opened_at)
        values (${findingId}, ${event.tenantId}, ${serverId}, ${checkId}, ${event.recordedAt})
        on conflict do nothing`.execute(trx);
      return;
    }
    case FindingClosed.type:
      await sql`delete from muster.posture_intake
        where finding_id = ${FindingClosed.schema.parse(event.data).findingId}`.execute(trx);
      return;
    case ServerRetired.type:
      await sql`delete from muster.posture_intake
        where server_id = ${ServerRetired.schema.parse(event.data).serverId}`.execute(trx);
      return;
    case IntakeDecided.type:
      await decided(trx, event);
  }
}

async function decided(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
  const { decisionId, checkId, serverIds, decision, owner, dueAt } = IntakeDecided.schema.parse(event.data);
  const among = serverIds === null ? sql`true` : sql`server_id = any(${serverIds}::uuid[])`;
  await sql`
    update muster.posture_intake set decision_id = ${decisionId}, decision = ${decision}, owner = ${owner},
      due_at = ${dueAt}, decided_at = ${event.recordedAt}
    where check_id = ${checkId} and tenant_id = ${event.tenantId} and decision is null and ${among}`.execute(trx);
}
