// Operations and their tasks. The task table is written inside the append's transaction: it is the state machine, and
// the outbox of delivery.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table muster.operations_operations (
      operation_id uuid primary key,
      tenant_id uuid not null,
      number bigint generated always as identity,
      kind text not null,
      subject text not null,
      caused_by uuid not null,
      actor text not null,
      actor_kind text not null,
      reason text,
      servers int not null,
      requested_event uuid not null,
      asked_at timestamptz not null,
      expires_at timestamptz not null,
      cancel_requested boolean not null default false,
      finished_at timestamptz
    );
    create index on muster.operations_operations (tenant_id, number desc);
    create index on muster.operations_operations (tenant_id, number desc) where finished_at is null;

    create table muster.operations_tasks (
      task_id uuid primary key,
      -- Order of request: what a lane goes by.
      place bigint generated always as identity,
      tenant_id uuid not null,
      operation_id uuid not null,
      server_id uuid not null,
      lane text not null,
      task text not null,
      args jsonb not null,
      state text not null,
      version int not null,
      attempt int not null,
      retry_of uuid,
      actor text not null,
      seq bigint,
      not_before timestamptz not null,
      expires_at timestamptz not null,
      requested_at timestamptz not null,
      released_at timestamptz,
      signed_at timestamptz,
      accepted_at timestamptz,
      finished_at timestamptz,
      error text,
      envelope_body bytea,
      envelope_signature text,
      envelope_key text,
      receipt_body bytea,
      receipt_signature text,
      receipt_key text
    ) with (fillfactor = 80);
    create index on muster.operations_tasks (operation_id);
    create index on muster.operations_tasks (server_id, lane, place)
      where state not in ('succeeded', 'failed', 'expired', 'cancelled');
    create index on muster.operations_tasks (state, requested_at)
      where state in ('requested', 'released', 'accepted', 'running', 'unknown');
    create index on muster.operations_tasks (released_at) where state = 'released' and signed_at is null;

    -- Sequence per server and lane. It only grows; a gap is harmless.
    create table muster.operations_lanes (
      server_id uuid not null,
      lane text not null,
      seq bigint not null,
      primary key (server_id, lane)
    ) with (fillfactor = 70);

    -- A cancel on its way to the server: signed like a task.
    create table muster.operations_cancels (
      task_id uuid primary key,
      server_id uuid not null,
      requested_at timestamptz not null default now(),
      envelope_body bytea,
      envelope_signature text,
      envelope_key text
    );
    create index on muster.operations_cancels (requested_at) where envelope_body is null;
    `,
  );
  // Whoever appends a task event writes the table in the same transaction.
  const writers = ['select', 'insert', 'update'] as const;
  for (const table of ['muster.operations_operations', 'muster.operations_tasks'] as const) {
    await grant(db, table, { app: writers, worker: writers, gateway: writers, signer: writers });
  }
  await run(
    db,
    'grant usage on all sequences in schema muster to muster_app, muster_worker, muster_gateway, muster_signer',
  );
  await grant(db, 'muster.operations_lanes', { worker: writers });
  await grant(db, 'muster.operations_cancels', {
    worker: ['select', 'insert', 'delete'],
    signer: ['select', 'update'],
    gateway: ['select'],
    app: ['select'],
  });
}
