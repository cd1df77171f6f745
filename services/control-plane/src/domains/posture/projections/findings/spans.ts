// Findings as spans: one row while nothing about an open finding is different. A change ends a row and begins the next one
// at the same moment; two changes of one moment are one row.
import { FindingChanged, FindingClosed, FindingOpened } from '@muster/contracts/posture';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import type { EventStoreTransaction, SequencedEvent } from '../../../../platform/event-store/index.ts';

export async function findingOpened(trx: EventStoreTransaction, event: SequencedEvent): Promise<readonly string[]> {
  const { findingId, serverId, checkId, subject, area, severity, evidence, observedAt } = FindingOpened.schema.parse(
    event.data,
  );
  await ended(trx, sql`finding_id = ${findingId}`, event.recordedAt);
  await sql`
    insert into muster.posture_findings (finding_id, from_at, tenant_id, server_id, check_id, subject, area, severity,
      evidence, opened_at, opened_position, changed_at, observed_at)
    values (${findingId}, ${event.recordedAt}, ${event.tenantId}, ${serverId}, ${checkId}, ${subject}, ${area}, ${severity},
      ${JSON.stringify(evidence)}::jsonb, ${event.recordedAt}, ${event.position}, ${event.recordedAt}, ${observedAt})
    on conflict (finding_id, from_at) do update set to_at = null, closed_by = null, severity = excluded.severity,
      evidence = excluded.evidence, observed_at = excluded.observed_at`.execute(trx);
  return [serverId];
}

export async function findingChanged(trx: EventStoreTransaction, event: SequencedEvent): Promise<readonly string[]> {
  const { findingId, serverId, severity, evidence, observedAt } = FindingChanged.schema.parse(event.data);
  const at = event.recordedAt;
  await sql`
    with before as (
      update muster.posture_findings set to_at = ${at}
      where finding_id = ${findingId} and to_at is null and from_at < ${at} returning *)
    insert into muster.posture_findings (finding_id, from_at, tenant_id, server_id, check_id, subject, area, severity,
      evidence, opened_at, opened_position, changed_at, observed_at, waiver_id)
    select finding_id, ${at}, tenant_id, server_id, check_id, subject, area, severity, evidence, opened_at, opened_position,
      changed_at, observed_at, waiver_id from before`.execute(trx);
  await sql`
    update muster.posture_findings set severity = ${severity}, evidence = ${JSON.stringify(evidence)}::jsonb,
      changed_at = ${at}, observed_at = ${observedAt}
    where finding_id = ${findingId} and to_at is null`.execute(trx);
  return [serverId];
}

export async function findingClosed(trx: EventStoreTransaction, event: SequencedEvent): Promise<readonly string[]> {
  const { findingId, serverId, approval } = FindingClosed.schema.parse(event.data);
  await ended(trx, sql`finding_id = ${findingId}`, event.recordedAt, approval);
  return [serverId];
}

type ClosedBy = z.output<typeof FindingClosed.schema>['approval'];

async function ended(trx: EventStoreTransaction, which: RawBuilder<unknown>, at: Date, by?: ClosedBy): Promise<void> {
  await sql`update muster.posture_findings set to_at = greatest(${at}, from_at),
      closed_by = ${by === undefined ? null : JSON.stringify(by)}::jsonb
    where ${which} and to_at is null`.execute(trx);
}

/** Whether a target holds a server. What is a client's is no server's as a whole. */
const reaches = (target: RawBuilder<unknown>, serverId: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  ${target} ->> 'kind' = 'fleet' or ${target} ->> 'serverId' = ${serverId}::text
    or exists (select 1 from muster.posture_groups g
      where g.server_id = ${serverId} and g.group_id::text = ${target} ->> 'groupId'))`;

/** Whether a waiver's target holds a finding: its server, or by the list of what is the client's. */
export const holds = (waiver: string, finding: string): RawBuilder<unknown> => sql`(
  ${reaches(sql.ref(`${waiver}.target`), sql.ref(`${finding}.server_id`))}
    or exists (select 1 from muster.posture_waiver_findings r
      where r.waiver_id = ${sql.ref(`${waiver}.waiver_id`)} and r.finding_id = ${sql.ref(`${finding}.finding_id`)}))`;

/**
 * Which waiver covers which open finding now, of one check or of all. A finding that another covers, or none, begins a row
 * at its server's moment.
 */
export async function cover(
  trx: EventStoreTransaction,
  moments: ReadonlyMap<string, Date>,
  checkId?: string,
): Promise<void> {
  const ofCheck = checkId === undefined ? sql`true` : sql`o.check_id = ${checkId}`;
  await sql`
    with moments as (
      select server_id, at from unnest(${[...moments.keys()]}::uuid[], ${[...moments.values()]}::timestamptz[]) as m(server_id, at)),
    due as (
      select o.finding_id, m.at, (
        select w.waiver_id from muster.posture_waivers w
        where w.state = 'standing' and w.check_id = o.check_id and w.tenant_id = o.tenant_id
          and (w.subject is null or w.subject = o.subject)
          and ${holds('w', 'o')}
        order by w.until desc limit 1) as waiver_id, o.waiver_id as before
      from muster.posture_findings o join moments m using (server_id) where o.to_at is null and ${ofCheck}),
    moved as (select * from due where waiver_id is distinct from before),
    same_moment as (
      update muster.posture_findings f set waiver_id = m.waiver_id from moved m
      where f.finding_id = m.finding_id and f.to_at is null and f.from_at >= m.at),
    earlier as (
      update muster.posture_findings f set to_at = m.at from moved m
      where f.finding_id = m.finding_id and f.to_at is null and f.from_at < m.at
      returning f.*, m.at, m.waiver_id as now_waiver)
    insert into muster.posture_findings (finding_id, from_at, tenant_id, server_id, check_id, subject, area, severity,
      evidence, opened_at, opened_position, changed_at, observed_at, waiver_id)
    select finding_id, at, tenant_id, server_id, check_id, subject, area, severity, evidence, opened_at, opened_position,
      changed_at, observed_at, now_waiver from earlier`.execute(trx);
}
