// posture_findings, _coverage, _waivers and the scores made of them, from when until when: all from events, so that they
// can be made anew, and so that any past day is what was shown then. A waiver, a group's members or a finding that changes
// moves the scores of the servers it is about, and of no other; of those a waiver can move what its check found.
import {
  CoverageChanged,
  FindingChanged,
  FindingClosed,
  FindingOpened,
  RiskAccepted,
  WaiverApproved,
  WaiverEnded,
  WaiverEndingSoon,
  WaiverReachChanged,
} from '@muster/contracts/posture';
import { GroupDeleted, GroupMembersSet, ServerRetired } from '@muster/contracts/servers';
import { sql } from 'kysely';
import type { EventStoreTransaction, SequencedEvent } from '../../../../platform/event-store/index.ts';
import type { ReadModelKey, Subscription } from '../../../../platform/projections/index.ts';
import type { LiveHints } from '../../../../platform/realtime/live-hints.ts';
import { rescore } from './rescore.ts';
import { findingChanged, findingClosed, findingOpened, holds } from './spans.ts';

const OF_ONE_SERVER: readonly string[] = [FindingOpened, FindingChanged, FindingClosed, CoverageChanged].map(
  ({ type }) => type,
);
const TYPES = [
  ...OF_ONE_SERVER,
  ...[RiskAccepted, WaiverApproved, WaiverReachChanged, WaiverEndingSoon, WaiverEnded].map(({ type }) => type),
  ...[GroupMembersSet, GroupDeleted, ServerRetired].map(({ type }) => type),
];

export const FINDINGS: ReadModelKey = { name: 'read-model/posture-findings', version: 1 };

export function findingsProjection(live: LiveHints): Subscription {
  let touched: string[] = [];
  return {
    ...FINDINGS,
    types: TYPES,
    from: 'beginning',
    batch: 200,
    async handle(trx, events) {
      const all = new Set<string>();
      const waiting = new Map<string, Date>();
      const settle = async (checkId?: string): Promise<void> => {
        await rescore(trx, waiting, checkId);
        waiting.clear();
      };
      for (const event of events) {
        // A server is scored once per moment, whichever way its events were cut into batches: else a past moment would
        // not be the same after the tables were made anew. Events of no single server are a moment of their own.
        const alone = !OF_ONE_SERVER.includes(event.type);
        const { serverId: about } = event.data;
        const before = typeof about === 'string' ? waiting.get(about) : undefined;
        if (alone || (before && before.getTime() !== event.recordedAt.getTime())) await settle();
        const { servers, checkId } = await project(trx, event);
        for (const serverId of servers) {
          waiting.set(serverId, event.recordedAt);
          all.add(serverId);
        }
        if (alone) await settle(checkId);
      }
      await settle();
      touched = [...all];
    },
    afterCommit(events) {
      const position = events.at(-1)?.position ?? null;
      if (touched.length > 0) live.changed('posture', position, touched);
      return Promise.resolve();
    },
  };
}

interface Moved {
  /** Servers whose score it may move. */
  readonly servers: readonly string[];
  /** Nothing but what this check found can be covered otherwise than before. */
  readonly checkId?: string;
}
const NOTHING: Moved = { servers: [] };

async function project(trx: EventStoreTransaction, event: SequencedEvent): Promise<Moved> {
  switch (event.type) {
    case FindingOpened.type:
      return { servers: await findingOpened(trx, event) };
    case FindingChanged.type:
      return { servers: await findingChanged(trx, event) };
    case FindingClosed.type:
      return { servers: await findingClosed(trx, event) };
    case CoverageChanged.type:
      return { servers: await covered(trx, event) };
    case RiskAccepted.type:
      return accepted(trx, event);
    case WaiverApproved.type: {
      const { waiverId } = WaiverApproved.schema.parse(event.data);
      await sql`update muster.posture_waivers set state = 'standing', approved_by = ${event.meta.actor}
        where waiver_id = ${waiverId}`.execute(trx);
      return concerned(trx, waiverId);
    }
    case WaiverReachChanged.type: {
      const { waiverId, reached, left } = WaiverReachChanged.schema.parse(event.data);
      await sql`delete from muster.posture_waiver_findings where waiver_id = ${waiverId}
        and finding_id = any(${left}::uuid[])`.execute(trx);
      await sql`insert into muster.posture_waiver_findings (waiver_id, finding_id)
        select ${waiverId}, unnest(${reached}::uuid[]) on conflict do nothing`.execute(trx);
      return concerned(trx, waiverId);
    }
    case WaiverEndingSoon.type: {
      const { waiverId } = WaiverEndingSoon.schema.parse(event.data);
      await sql`update muster.posture_waivers set warned = true where waiver_id = ${waiverId}`.execute(trx);
      return NOTHING;
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
      return { servers: [...added, ...removed] };
    }
    case GroupDeleted.type: {
      const { groupId } = GroupDeleted.schema.parse(event.data);
      const { rows } = await sql<{ server_id: string }>`
        delete from muster.posture_groups where group_id = ${groupId} returning server_id`.execute(trx);
      return { servers: rows.map((row) => row.server_id) };
    }
    case ServerRetired.type:
      await retired(trx, ServerRetired.schema.parse(event.data).serverId, event.recordedAt);
  }
  return NOTHING;
}

async function covered(trx: EventStoreTransaction, event: SequencedEvent): Promise<readonly string[]> {
  const { serverId, asked, uncovered } = CoverageChanged.schema.parse(event.data);
  await sql`
    update muster.posture_coverage set to_at = ${event.recordedAt}
    where server_id = ${serverId} and to_at is null and from_at < ${event.recordedAt}`.execute(trx);
  await sql`
    insert into muster.posture_coverage (server_id, from_at, tenant_id, asked, uncovered)
    values (${serverId}, ${event.recordedAt}, ${event.tenantId}, ${asked === undefined ? null : JSON.stringify(asked)}::jsonb,
      ${JSON.stringify(uncovered)}::jsonb)
    on conflict (server_id, from_at) do update set asked = excluded.asked, uncovered = excluded.uncovered`.execute(trx);
  return [serverId];
}

async function accepted(trx: EventStoreTransaction, event: SequencedEvent): Promise<Moved> {
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

/** Servers of the waiver's target on which its check finds something: nobody else's score can move. */
async function concerned(trx: EventStoreTransaction, waiverId: string): Promise<Moved> {
  const { rows } = await sql<{ server_id: string; check_id: string }>`
    select distinct f.server_id, f.check_id from muster.posture_findings f
    join muster.posture_waivers w on w.check_id = f.check_id and w.tenant_id = f.tenant_id
    where w.waiver_id = ${waiverId} and f.to_at is null and (
      f.waiver_id = w.waiver_id or ${holds('w', 'f')})`.execute(trx);
  const [first] = rows;
  return first === undefined ? NOTHING : { servers: rows.map((row) => row.server_id), checkId: first.check_id };
}

/** What was known of it ends, and stays for the days that have been. Nobody has to do anything about it any more. */
async function retired(trx: EventStoreTransaction, serverId: string, at: Date): Promise<void> {
  for (const table of ['findings', 'coverage', 'scores']) {
    await sql`update ${sql.table(`muster.posture_${table}`)} set to_at = greatest(${at}, from_at)
      where server_id = ${serverId} and to_at is null`.execute(trx);
  }
  for (const table of ['reports', 'judgements', 'groups']) {
    await sql`delete from ${sql.table(`muster.posture_${table}`)} where server_id = ${serverId}`.execute(trx);
  }
}
