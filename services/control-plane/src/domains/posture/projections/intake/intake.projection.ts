// posture_intake: what first scans found, until it is mended, each with what was decided about it.
import { FindingClosed, FindingOpened, IntakeDecided } from '@muster/contracts/posture';
import { ServerRetired } from '@muster/contracts/servers';
import { sql } from 'kysely';
import type { EventStoreTransaction, SequencedEvent } from '../../../../platform/event-store/index.ts';
import type { ReadModelKey, Subscription } from '../../../../platform/projections/index.ts';
import type { LiveHints } from '../../../../platform/realtime/live-hints.ts';

export const INTAKE: ReadModelKey = { name: 'read-model/posture-intake', version: 1 };

export function intakeProjection(live: LiveHints): Subscription {
  return {
    ...INTAKE,
    types: [FindingOpened.type, FindingClosed.type, IntakeDecided.type, ServerRetired.type],
    from: 'beginning',
    batch: 200,
    async handle(trx, events) {
      for (const { type, events: run } of runsOf(events)) await project(trx, type, run);
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

/** Events of one kind that follow each other: a first scan opens dozens of findings, and a fleet's a hundred thousand. */
function runsOf(events: readonly SequencedEvent[]): { type: string; events: SequencedEvent[] }[] {
  const runs: { type: string; events: SequencedEvent[] }[] = [];
  for (const event of events) {
    const last = runs.at(-1);
    if (last?.type === event.type) last.events.push(event);
    else runs.push({ type: event.type, events: [event] });
  }
  return runs;
}

async function project(trx: EventStoreTransaction, type: string, run: readonly SequencedEvent[]): Promise<void> {
  switch (type) {
    case FindingOpened.type:
      return opened(trx, run);
    case FindingClosed.type: {
      const ids = run.map((event) => FindingClosed.schema.parse(event.data).findingId);
      await sql`delete from muster.posture_intake where finding_id = any(${ids}::uuid[])`.execute(trx);
      return;
    }
    case ServerRetired.type: {
      const ids = run.map((event) => ServerRetired.schema.parse(event.data).serverId);
      await sql`delete from muster.posture_intake where server_id = any(${ids}::uuid[])`.execute(trx);
      return;
    }
    case IntakeDecided.type:
      for (const event of run) await decided(trx, event);
  }
}

async function opened(trx: EventStoreTransaction, run: readonly SequencedEvent[]): Promise<void> {
  const rows = run.flatMap(({ data, tenantId, recordedAt }) => {
    const { findingId, serverId, checkId, intake } = FindingOpened.schema.parse(data);
    return intake === true ? [{ findingId, tenantId, serverId, checkId, recordedAt }] : [];
  });
  if (rows.length === 0) return;
  await sql`
    insert into muster.posture_intake (finding_id, tenant_id, server_id, check_id, opened_at)
    select * from unnest(${rows.map((row) => row.findingId)}::uuid[], ${rows.map((row) => row.tenantId)}::uuid[],
      ${rows.map((row) => row.serverId)}::uuid[], ${rows.map((row) => row.checkId)}::text[],
      ${rows.map((row) => row.recordedAt)}::timestamptz[])
    on conflict do nothing`.execute(trx);
}

async function decided(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
  const { decisionId, checkId, serverIds, decision, owner, dueAt } = IntakeDecided.schema.parse(event.data);
  const among = serverIds === null ? sql`true` : sql`server_id = any(${serverIds}::uuid[])`;
  await sql`
    update muster.posture_intake set decision_id = ${decisionId}, decision = ${decision}, owner = ${owner},
      due_at = ${dueAt}, decided_at = ${event.recordedAt}
    where check_id = ${checkId} and tenant_id = ${event.tenantId} and decision is null and ${among}`.execute(trx);
}
