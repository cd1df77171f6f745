// Who has a finding, and what was said about it. Made from events; both outlive the finding, for when it comes back.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, table);
  await grant(db, 'muster.posture_finding_notes', {
    app: ['select'],
    worker: ['select', 'insert', 'update', 'delete'],
  });
}

const table = `
create table muster.posture_finding_notes (
  position bigint primary key,
  tenant_id uuid not null,
  server_id uuid not null,
  finding_id uuid not null,
  at timestamptz not null,
  -- Who wrote it, or took the finding or let it go.
  actor text not null,
  -- null: not about who has it.
  taken boolean,
  comment text,
  check ((taken is null) <> (comment is null))
);
create index on muster.posture_finding_notes (finding_id, position);

alter table muster.posture_finding_notes enable row level security;
alter table muster.posture_finding_notes force row level security;
create policy shown on muster.posture_finding_notes to muster_app
  using ((select muster.sees_all()) or server_id = any (array(select muster.visible_servers())));
create policy process on muster.posture_finding_notes
  to muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor, muster_owner
  using (true) with check (true);
`;
