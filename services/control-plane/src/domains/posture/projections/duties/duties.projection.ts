// posture_duties: of each duty and target what was attested last. Servers of the target are judged anew, a fleet of them one
// after the other: who reports something meanwhile is judged before those that are still to come.
import type { Target } from '@muster/contracts';
import { DutyAttested } from '@muster/contracts/posture';
import { sql, type RawBuilder } from 'kysely';
import type { EventStoreTransaction, SequencedEvent } from '../../../../platform/event-store/index.ts';
import type { ReadModelKey, Subscription } from '../../../../platform/projections/index.ts';
import type { LiveHints } from '../../../../platform/realtime/live-hints.ts';
import { idOf } from '../../target-names.ts';
import { readModel } from '../read-model.ts';

/** About as long as one takes. */
const APART_SECONDS = 0.01;

export const DUTIES: ReadModelKey = { name: 'read-model/posture-duties', version: 1 };

export function dutiesProjection(live: LiveHints): Subscription {
  return readModel(live, {
    ...DUTIES,
    of: [DutyAttested],
    project,
    tells: 'everybody',
  });
}

async function project(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
  const { duty, target, doneOn, note } = DutyAttested.schema.parse(event.data);
  await sql`
    insert into muster.posture_duties (tenant_id, duty, about, target, done_on, actor, note, attested_at)
    values (${event.tenantId}, ${duty}, ${idOf(target) ?? 'fleet'}, ${JSON.stringify(target)}::jsonb, ${doneOn}, ${event.meta.actor}, ${note},
      ${event.recordedAt})
    on conflict (tenant_id, duty, about) do update set done_on = excluded.done_on, actor = excluded.actor,
      note = excluded.note, attested_at = excluded.attested_at
    where excluded.done_on >= posture_duties.done_on`.execute(trx);
  await sql`
    with turns as (
      select server_id, clock_timestamp()
        + make_interval(secs => ${APART_SECONDS}::float8 * (row_number() over (order by server_id) - 1)) as at
      from muster.posture_judgements where tenant_id = ${event.tenantId} and due_at is null and ${serversOf(target)})
    update muster.posture_judgements j set due_at = coalesce(j.due_at, turns.at)
    from turns where j.server_id = turns.server_id`.execute(trx);
}

function serversOf(target: Target): RawBuilder<unknown> {
  switch (target.kind) {
    case 'fleet':
      return sql`true`;
    case 'group':
      return sql`server_id in (select g.server_id from muster.posture_groups g where g.group_id = ${target.groupId})`;
    case 'server':
      return sql`server_id = ${target.serverId}`;
  }
}
