// Which waiver covers which open finding, and the scores that follow, for some servers at once.
import type { Area, Severity } from '@muster/contracts/posture';
import { sql } from 'kysely';
import type { EventStoreTransaction } from '../../../../platform/event-store/index.ts';
import { scoreServer, type OpenFinding, type Uncovered } from '../../cells.ts';

export async function rescore(trx: EventStoreTransaction, serverIds: readonly string[], day: string): Promise<void> {
  if (serverIds.length === 0) return;
  await cover(trx, serverIds);
  const { rows: findings } = await sql<{ server_id: string; area: Area; severity: Severity; waived: boolean }>`
    select server_id, area, severity, waiver_id is not null as waived from muster.posture_findings
    where server_id = any(${serverIds}::uuid[]) and closed_at is null`.execute(trx);
  const { rows: uncovered } = await sql<{ server_id: string; check_id: string; state: Uncovered['state'] }>`
    select server_id, check_id, state from muster.posture_coverage
    where server_id = any(${serverIds}::uuid[])`.execute(trx);
  const open = Map.groupBy(findings, (row) => row.server_id);
  const states = Map.groupBy(uncovered, (row) => row.server_id);
  const scores = serverIds.map((serverId) => {
    const mine: OpenFinding[] = open.get(serverId) ?? [];
    const not = (states.get(serverId) ?? []).map(({ check_id, state }) => ({ checkId: check_id, state }));
    const { score, counts, areas } = scoreServer(mine, not);
    return { server_id: serverId, score, ...counts, areas };
  });
  // Only servers that were judged once: a group may hold one that never reported.
  await sql`
    insert into muster.posture_scores (server_id, tenant_id, score, critical, high, medium, low, accepted, unknown, areas)
    select s.server_id, j.tenant_id, s.score, s.critical, s.high, s.medium, s.low, s.accepted, s.unknown, s.areas
    from json_to_recordset(${JSON.stringify(scores)}::json) as s(server_id uuid, score numeric, critical int, high int,
      medium int, low int, accepted int, unknown int, areas jsonb)
    join lateral (select tenant_id from muster.posture_findings f where f.server_id = s.server_id
      union all select tenant_id from muster.posture_judgements d where d.server_id = s.server_id limit 1) j on true
    on conflict (server_id) do update set score = excluded.score, critical = excluded.critical, high = excluded.high,
      medium = excluded.medium, low = excluded.low, accepted = excluded.accepted, unknown = excluded.unknown,
      areas = excluded.areas`.execute(trx);
  await sql`
    insert into muster.posture_score_days (server_id, day, score)
    select server_id, ${day}::date, score from muster.posture_scores where server_id = any(${serverIds}::uuid[])
    on conflict (server_id, day) do update set score = excluded.score`.execute(trx);
}

async function cover(trx: EventStoreTransaction, serverIds: readonly string[]): Promise<void> {
  await sql`
    update muster.posture_findings f set waiver_id = c.waiver_id
    from (
      select o.finding_id, (
        select w.waiver_id from muster.posture_waivers w
        where w.state = 'standing' and w.check_id = o.check_id and w.tenant_id = o.tenant_id
          and (w.subject is null or w.subject = o.subject)
          and (w.target ->> 'kind' = 'fleet' or w.target ->> 'serverId' = o.server_id::text
            or exists (select 1 from muster.posture_groups g
              where g.server_id = o.server_id and g.group_id::text = w.target ->> 'groupId'))
        order by w.until desc limit 1) as waiver_id
      from muster.posture_findings o where o.server_id = any(${serverIds}::uuid[]) and o.closed_at is null) c
    where f.finding_id = c.finding_id and f.waiver_id is distinct from c.waiver_id`.execute(trx);
}
