// The audit page's index over the ledger: who, what, where and when, by position. What an event says stays in es.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table muster.audit_entries (
      position bigint primary key,
      tenant_id uuid not null,
      recorded_at timestamptz not null,
      type text not null,
      class text not null,
      actor text not null,
      actor_kind text not null,
      server_id uuid,
      operation_id uuid,
      routine boolean not null
    );
    create index on muster.audit_entries (actor, position desc);
    create index on muster.audit_entries (type, position desc);
    create index on muster.audit_entries (class, position desc);
    create index on muster.audit_entries (server_id, position desc) where server_id is not null;
    create index on muster.audit_entries (operation_id, position desc) where operation_id is not null;
    create index on muster.audit_entries (recorded_at);

    -- Events of a task name the task only; this says which server and operation it belongs to.
    create table muster.audit_tasks (
      task_id uuid primary key,
      server_id uuid not null,
      operation_id uuid not null
    );
    `,
  );
  await grant(db, 'muster.audit_entries', { app: ['select'], worker: ['select', 'insert'] });
  await grant(db, 'muster.audit_tasks', { worker: ['select', 'insert'] });
}
