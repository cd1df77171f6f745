// From which networks people and programs may come, whether programs may come at all, and whether the host had to open the
// doors again. Written in the transaction of its events.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table muster.access_networks (
      tenant_id uuid primary key,
      rules jsonb not null default '[]',
      api_stopped_at timestamptz,
      api_stopped_by text,
      api_stopped_why text,
      opened_at timestamptz,
      opened_why text
    );
    alter table muster.access_networks enable row level security;
    alter table muster.access_networks force row level security;
    create policy shown on muster.access_networks to muster_app using ((select muster.sees_all()));
    create policy process on muster.access_networks
      to muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor, muster_owner
      using (true) with check (true);
    `,
  );
  await grant(db, 'muster.access_networks', { app: ['select', 'insert', 'update'] });
}
