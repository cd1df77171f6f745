// A ledger of a million events, written by SQL: lives of tasks, as a fleet leaves most of. Appending them one by one would
// take longer than what is measured; a rebuild reads neither hashes nor signatures.
import { TaskAccepted, TaskReleased, TaskRequested, TaskSigned, TaskSucceeded } from '@muster/contracts/operations';
import { canonicalText, type JsonObject } from '@muster/kernel/canonical-json';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import type pg from 'pg';

const LIFE = [TaskRequested, TaskReleased, TaskSigned, TaskAccepted, TaskSucceeded] as const;
const SERVERS = 1000;

export async function writeLongLedger(admin: pg.Client, events: number): Promise<void> {
  const meta = canonicalText({
    v: 1,
    actor: 'dispatcher',
    actorKind: 'system',
    software: 'muster/0.1.0',
    correlation: newId(),
    tenant: DEFAULT_TENANT,
  });
  const bodies = LIFE.map((definition) => canonicalText(definition.example as JsonObject));
  const { taskId, serverId } = TaskRequested.example;
  // Ids of tasks and servers count up, so that a place of a task can be found again.
  await admin.query(
    `create temp table long_ledger as
     select place as position, gen_random_uuid() as event_id,
       now() - interval '1 hour' + place * interval '1 ms' as recorded_at,
       task_id, 'task-' || task_id as stream_id, 1 + place % ${LIFE.length} as stream_version,
       ($1::text[])[1 + place % ${LIFE.length}] as event_type, ($2::int[])[1 + place % ${LIFE.length}] as schema_version,
       replace(replace(($3::text[])[1 + place % ${LIFE.length}], $4, task_id), $5, server_id) as body
     from generate_series(0, $6::bigint - 1) as place
       cross join lateral (select ${uuidOf(`'task' || place / ${LIFE.length}`)} as task_id,
         ${uuidOf(`'server' || (place / ${LIFE.length}) % ${SERVERS}`)} as server_id) as ids`,
    [LIFE.map(({ type }) => type), LIFE.map(({ version }) => version), bodies, taskId, serverId, events],
  );
  await admin.query(
    `insert into es.events (event_id, tenant_id, stream_id, stream_version, event_type, schema_version, body, meta, recorded_at)
     select event_id, $1, stream_id, stream_version, event_type, schema_version, convert_to(body, 'UTF8'),
       convert_to($2, 'UTF8'), recorded_at from long_ledger order by position`,
    [DEFAULT_TENANT, meta],
  );
  await admin.query(
    `insert into es.ledger (position, event_id, recorded_at, tenant_id, stream_id, stream_version, event_type, leaf_hash)
     select position, event_id, recorded_at, $1, stream_id, stream_version, event_type, sha256(convert_to(body, 'UTF8'))
     from long_ledger order by position`,
    [DEFAULT_TENANT],
  );
  await admin.query('update es.log_state set size = $1', [events]);
  await admin.query('drop table long_ledger');
  await admin.query('vacuum analyze es.events, es.ledger');
}

/** SQL for an id of version 8 that follows from a text. */
function uuidOf(text: string): string {
  return `overlay(overlay(md5(${text}) placing '8' from 13) placing '8' from 17)::uuid::text`;
}
