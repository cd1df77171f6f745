// Policy packs that were taken in, made from events, and by which checks a server was judged beside by which policy. And the
// queue of what first scans found, each with what was decided about it.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, tables);
  for (const table of ['policies', 'intake']) {
    await grant(db, `muster.posture_${table}`, { app: ['select'], worker: ['select', 'insert', 'update', 'delete'] });
  }
}

const tables = `
alter table muster.posture_judgements add column catalogue int not null default 0;
comment on column muster.posture_judgements.catalogue is 'Version of the checks, which come with the software';

alter table muster.posture_judgements add column first_at timestamptz;
comment on column muster.posture_judgements.first_at is 'What is found for a while after is the intake of the server';
update muster.posture_judgements set first_at = judged_at;

create table muster.posture_intake (
  finding_id uuid primary key,
  tenant_id uuid not null,
  server_id uuid not null,
  check_id text not null,
  opened_at timestamptz not null,
  decision_id uuid,
  decision text check (decision in ('accepted', 'assigned', 'opened')),
  owner text,
  due_at timestamptz,
  decided_at timestamptz
);
create index on muster.posture_intake (check_id, server_id) where decision is null;
create index on muster.posture_intake (due_at) where decision = 'assigned';
create index on muster.posture_intake (server_id);

alter table muster.posture_intake enable row level security;
alter table muster.posture_intake force row level security;
create policy shown on muster.posture_intake to muster_app
  using ((select muster.sees_all()) or server_id = any (array(select muster.visible_servers())));
create policy process on muster.posture_intake
  to muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor, muster_owner
  using (true) with check (true);

create table muster.posture_policies (
  version int primary key,
  tenant_id uuid not null,
  sha256 text not null,
  valid_from timestamptz not null,
  imported_at timestamptz not null,
  -- What the pack says; what it does not name is built in.
  values jsonb not null
);

alter table muster.posture_policies enable row level security;
alter table muster.posture_policies force row level security;
create policy shown on muster.posture_policies to muster_app
  using ((select muster.sees_all()) or cardinality(array(select muster.visible_servers())) > 0);
create policy process on muster.posture_policies
  to muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor, muster_owner
  using (true) with check (true);
`;
