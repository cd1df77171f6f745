// Which waiver covers which open finding, and the scores that follow, for some servers, each at its moment.
import type { Area, Severity } from '@muster/contracts/posture';
import { sql } from 'kysely';
import type { EventStoreTransaction } from '../../../../platform/event-store/index.ts';
import { scoreServer, type Asked, type OpenFinding, type Uncovered } from '../../cells.ts';
import { cover } from './spans.ts';

interface Covered {
  readonly server_id: string;
  readonly tenant_id: string;
  readonly asked: Asked | null;
  readonly uncovered: readonly Uncovered[];
}

/** `checkId`: waivers of no other check have changed. */
export async function rescore(
  trx: EventStoreTransaction,
  moments: ReadonlyMap<string, Date>,
  checkId?: string,
): Promise<void> {
  if (moments.size === 0) return;
  await cover(trx, moments, checkId);
  const serverIds = [...moments.keys()];
  // Only servers that were judged: a group may hold one that never reported, and one may be retired.
  const { rows: judged } = await sql<Covered>`
    select server_id, tenant_id, asked, uncovered from muster.posture_coverage
    where server_id = any(${serverIds}::uuid[]) and to_at is null`.execute(trx);
  if (judged.length === 0) return;
  const { rows: findings } = await sql<{ server_id: string; area: Area; severity: Severity; waived: boolean }>`
    select server_id, area, severity, waiver_id is not null as waived from muster.posture_findings
    where server_id = any(${serverIds}::uuid[]) and to_at is null`.execute(trx);
  const open = Map.groupBy(findings, (row) => row.server_id);
  const scores = judged.map(({ server_id, tenant_id, asked, uncovered }) => {
    const mine: OpenFinding[] = open.get(server_id) ?? [];
    const { score, counts, areas } = scoreServer(mine, uncovered, asked ?? undefined);
    return { server_id, tenant_id, at: moments.get(server_id)?.toISOString(), score, ...counts, areas };
  });
  await sql`
    with made as (
      select s.* from json_to_recordset(${JSON.stringify(scores)}::json) as s(server_id uuid, tenant_id uuid,
        at timestamptz, score numeric(5, 2), critical int, high int, medium int, low int, accepted int, unknown int, areas jsonb)
      where not exists (
        select 1 from muster.posture_scores p where p.server_id = s.server_id and p.to_at is null
          and (p.score, p.critical, p.high, p.medium, p.low, p.accepted, p.unknown, p.areas)
            is not distinct from (s.score, s.critical, s.high, s.medium, s.low, s.accepted, s.unknown, s.areas))),
    earlier as (
      update muster.posture_scores p set to_at = m.at from made m
      where p.server_id = m.server_id and p.to_at is null and p.from_at < m.at returning p.server_id)
    insert into muster.posture_scores (server_id, from_at, tenant_id, score, critical, high, medium, low, accepted, unknown, areas)
    select m.server_id, greatest(m.at, (select max(from_at) from muster.posture_scores p
        where p.server_id = m.server_id and p.to_at is null and p.from_at >= m.at)),
      m.tenant_id, m.score, m.critical, m.high, m.medium, m.low, m.accepted, m.unknown, m.areas
    from made m left join earlier e using (server_id)
    on conflict (server_id, from_at) do update set to_at = null, score = excluded.score, critical = excluded.critical,
      high = excluded.high, medium = excluded.medium, low = excluded.low, accepted = excluded.accepted,
      unknown = excluded.unknown, areas = excluded.areas`.execute(trx);
}
