// posture_findings, _coverage, _waivers and the scores made of them: all from events, so that they can be made anew. A
// waiver, a group's members or a finding that changes moves the scores of the servers it is about, and of no other.
import {
  CoverageChanged,
  FindingChanged,
  FindingClosed,
  FindingOpened,
  RiskAccepted,
  WaiverApproved,
  WaiverEnded,
  WaiverEndingSoon,
} from '@muster/contracts/posture';
import { GroupDeleted, GroupMembersSet, ServerRetired } from '@muster/contracts/servers';
import { sql } from 'kysely';
import type { EventStoreTransaction, SequencedEvent } from '../../../../platform/event-store/index.ts';
import type { Subscription } from '../../../../platform/projections/index.ts';
import type { LiveHints } from '../../../../platform/realtime/live-hints.ts';
import { rescore } from './rescore.ts';

const TYPES = [
  FindingOpened,
  FindingChanged,
  FindingClosed,
  CoverageChanged,
  RiskAccepted,
  WaiverApproved,
  WaiverEndingSoon,
  WaiverEnded,
  GroupMembersSet,
  GroupDeleted,
  ServerRetired,
].map(({ type }) => type);

export function findingsProjection(live: LiveHints): Subscription {
  let touched: string[] = [];
  return {
    name: 'read-model/posture-findings',
    version: 1,
    types: TYPES,
    from: 'beginning',
    batch: 200,
    async handle(trx, events) {
      // Scores are of a day: events of two days are scored one day after the other.
      const all = new Set<string>();
      for (const [day, ofDay] of Map.groupBy(events, (event) => event.recordedAt.toISOString().slice(0, 10))) {
        const servers = new Set<string>();
        for (const event of ofDay) for (const serverId of await project(trx, event)) servers.add(serverId);
        await rescore(trx, [...servers], day);
        for (const serverId of servers) all.add(serverId);
      }
      touched = [...all];
    },
    afterCommit(events) {
      const position = events.at(-1)?.position ?? null;
      if (touched.length > 0) live.changed('posture', position, touched);
      return Promise.resolve();
    },
  };
}

/** Answers with the servers whose score it may move. */
async function project(trx: EventStoreTransaction, event: SequencedEvent): Promise<readonly string[]> {
  switch (event.type) {
    case FindingOpened.type:
      return opened(trx, event);
    case FindingChanged.type: {
      const { findingId, severity, evidence, observedAt } = FindingChanged.schema.parse(event.data);
      return changed(
        trx,
        sql`
        update muster.posture_findings set severity = ${severity}, evidence = ${JSON.stringify(evidence)}::jsonb,
          changed_at = ${event.recordedAt}, observed_at = ${observedAt} where finding_id = ${findingId} returning server_id`,
      );
    }
    case FindingClosed.type: {
      const { findingId } = FindingClosed.schema.parse(event.data);
      return changed(
        trx,
        sql`
        update muster.posture_findings set closed_at = ${event.recordedAt}, waiver_id = null
        where finding_id = ${findingId} returning server_id`,
      );
    }
    case CoverageChanged.type:
      return covered(trx, event);
    case RiskAccepted.type:
      return accepted(trx, event);
    case WaiverApproved.type: {
      const { waiverId } = WaiverApproved.schema.parse(event.data);
      await sql`update muster.posture_waivers set state = 'standing', approved_by = ${event.meta.actor}
        where waiver_id = ${waiverId}`.execute(trx);
      return concerned(trx, waiverId);
    }
    case WaiverEndingSoon.type: {
      const { waiverId } = WaiverEndingSoon.schema.parse(event.data);
      await sql`update muster.posture_waivers set warned = true where waiver_id = ${waiverId}`.execute(trx);
      return [];
    }
    case WaiverEnded.type: {
      const { waiverId, why } = WaiverEnded.schema.parse(event.data);
      await sql`update muster.posture_waivers set state = 'ended', ended_at = ${event.recordedAt}, ended_why = ${why}
        where waiver_id = ${waiverId}`.execute(trx);
      return concerned(trx, waiverId);
    }
    case GroupMembersSet.type: {
      const { groupId, added, removed } = GroupMembersSet.schema.parse(event.data);
      await sql`delete from muster.posture_groups where group_id = ${groupId}
        and server_id = any(${removed}::uuid[])`.execute(trx);
      await sql`insert into muster.posture_groups (group_id, server_id) select ${groupId}, unnest(${added}::uuid[])
        on conflict do nothing`.execute(trx);
      return [...added, ...removed];
    }
    case GroupDeleted.type: {
      const { groupId } = GroupDeleted.schema.parse(event.data);
      return changed(trx, sql`delete from muster.posture_groups where group_id = ${groupId} returning server_id`);
    }
    case ServerRetired.type:
      await forget(trx, ServerRetired.schema.parse(event.data).serverId);
  }
  return [];
}

async function changed(trx: EventStoreTransaction, statement: ReturnType<typeof sql>): Promise<readonly string[]> {
  const { rows } = await statement.execute(trx);
  return (rows as { server_id: string }[]).map((row) => row.server_id);
}

async function opened(trx: EventStoreTransaction, event: SequencedEvent): Promise<readonly string[]> {
  const { findingId, serverId, checkId, subject, area, severity, evidence, observedAt } = FindingOpened.schema.parse(
    event.data,
  );
  // The same thing wrong again: the finding is open anew, since now.
  await sql`
    insert into muster.posture_findings (finding_id, tenant_id, server_id, check_id, subject, area, severity, evidence,
      opened_at, opened_position, changed_at, observed_at)
    values (${findingId}, ${event.tenantId}, ${serverId}, ${checkId}, ${subject}, ${area}, ${severity},
      ${JSON.stringify(evidence)}::jsonb, ${event.recordedAt}, ${event.position}, ${event.recordedAt}, ${observedAt})
    on conflict (finding_id) do update set severity = excluded.severity, evidence = excluded.evidence,
      opened_at = excluded.opened_at, opened_position = excluded.opened_position, changed_at = excluded.changed_at,
      observed_at = excluded.observed_at, closed_at = null`.execute(trx);
  return [serverId];
}

async function covered(trx: EventStoreTransaction, event: SequencedEvent): Promise<readonly string[]> {
  const { serverId, uncovered } = CoverageChanged.schema.parse(event.data);
  await sql`delete from muster.posture_coverage where server_id = ${serverId}`.execute(trx);
  await sql`
    insert into muster.posture_coverage (server_id, check_id, state, why)
    select ${serverId}::uuid, "checkId", state, why
    from json_to_recordset(${JSON.stringify(uncovered)}::json) as u("checkId" text, state text, why text)
    on conflict do nothing`.execute(trx);
  return [serverId];
}

async function accepted(trx: EventStoreTransaction, event: SequencedEvent): Promise<readonly string[]> {
  const { waiverId, checkId, target, subject, owner, reason, until, needsSecond } = RiskAccepted.schema.parse(
    event.data,
  );
  await sql`
    insert into muster.posture_waivers (waiver_id, tenant_id, check_id, target, subject, owner, reason, state, asked_at, until)
    values (${waiverId}, ${event.tenantId}, ${checkId}, ${JSON.stringify(target)}::jsonb, ${subject}, ${owner}, ${reason},
      ${needsSecond ? 'asked' : 'standing'}, ${event.recordedAt}, ${until})
    on conflict (waiver_id) do nothing`.execute(trx);
  return concerned(trx, waiverId);
}

/** Servers on which the waiver's check finds something: nobody else's score can move. */
async function concerned(trx: EventStoreTransaction, waiverId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ server_id: string }>`
    select distinct f.server_id from muster.posture_findings f
    join muster.posture_waivers w on w.check_id = f.check_id and w.tenant_id = f.tenant_id
    where w.waiver_id = ${waiverId} and f.closed_at is null`.execute(trx);
  return rows.map((row) => row.server_id);
}

/** Its findings stay in the ledger; nobody has to do anything about them any more. */
async function forget(trx: EventStoreTransaction, serverId: string): Promise<void> {
  for (const table of ['findings', 'coverage', 'scores', 'score_days', 'reports', 'judgements', 'groups']) {
    await sql`delete from ${sql.table(`muster.posture_${table}`)} where server_id = ${serverId}`.execute(trx);
  }
}
