// Emergency accounts that were unsealed on the host: a read model of their events.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table muster.access_break_glass (
      break_glass_id uuid primary key,
      tenant_id uuid not null,
      person_id uuid not null,
      reason text not null,
      opened_at timestamptz not null,
      until timestamptz not null,
      ended_at timestamptz
    );
    create index on muster.access_break_glass (until) where ended_at is null;
    alter table muster.access_break_glass enable row level security;
    alter table muster.access_break_glass force row level security;
    create policy shown on muster.access_break_glass to muster_app using ((select muster.sees_all()));
    create policy process on muster.access_break_glass
      to muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor, muster_owner
      using (true) with check (true);
    `,
  );
  await grant(db, 'muster.access_break_glass', { app: ['select'], worker: ['select', 'insert', 'update'] });
}
