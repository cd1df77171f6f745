// Which items somebody should look at: by themselves, because nobody answers for them, or because they are new beside what
// was approved. An approval whose review is due counts no longer.
import { sql, type RawBuilder } from 'kysely';

/** Of an approval `a` and its item `i`: only ports are approved with their program. Not knowing who listens accuses nobody. */
export const sameProgram: RawBuilder<unknown> = sql`(a.program is null or a.program = coalesce(i.facts ->> 'program', a.program))`;

export function markStandsOut(serverId: string, kind: string, now: Date): RawBuilder<unknown> {
  return sql`
    with marked as (
      select i.item, case
        when a.item is not null and a.review_at > ${now} and ${sameProgram} then null
        when i.attention is not null then i.attention
        when a.item is not null and not ${sameProgram} then 'Another program listens than was approved'
        when a.item is not null then 'Its review is due'
        when i.to_explain then 'Nobody has said why it is open'
        when exists (select 1 from muster.posture_approvals b where b.server_id = i.server_id and b.kind = i.kind)
          then 'New since the state was approved'
        end as stands_out
      from muster.posture_inventory i left join muster.posture_approvals a using (server_id, kind, item)
      where i.server_id = ${serverId} and i.kind = ${kind})
    update muster.posture_inventory i set stands_out = m.stands_out from marked m
    where i.server_id = ${serverId} and i.kind = ${kind} and i.item = m.item
      and i.stands_out is distinct from m.stands_out`;
}
