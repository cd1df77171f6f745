// Stop-all: while one stands, nothing is sent to servers. Written in the transaction of its event, because dispatcher,
// signer and gateways ask before every task.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table muster.operations_stops (
      stop_id uuid primary key,
      tenant_id uuid not null,
      reason text not null,
      stopped_by text not null,
      began_at timestamptz not null,
      ended_at timestamptz
    );
    alter table muster.operations_stops enable row level security;
    alter table muster.operations_stops force row level security;
    -- That everything stands still is everybody's to know.
    create policy shown on muster.operations_stops to muster_app using (true) with check ((select muster.sees_all()));
    create policy process on muster.operations_stops
      to muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor, muster_owner
      using (true) with check (true);
    `,
  );
  await grant(db, 'muster.operations_stops', {
    app: ['select', 'insert', 'update'],
    worker: ['select'],
    gateway: ['select'],
    signer: ['select'],
  });
}
