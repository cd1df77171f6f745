// What somebody attested of duties that no program can look after: of each duty and target the newest. Made from events.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, table);
  await grant(db, 'muster.posture_duties', { app: ['select'], worker: ['select', 'insert', 'update', 'delete'] });
}

const table = `
create table muster.posture_duties (
  tenant_id uuid not null,
  duty text not null,
  -- Its target in one word: fleet, or the id of a group or server.
  about text not null,
  target jsonb not null,
  done_on date not null,
  actor text not null,
  note text not null,
  attested_at timestamptz not null,
  primary key (tenant_id, duty, about)
);

alter table muster.posture_duties enable row level security;
alter table muster.posture_duties force row level security;
create policy shown on muster.posture_duties to muster_app
  using ((select muster.sees_all())
    or (target ->> 'kind' = 'fleet' and cardinality(array(select muster.visible_servers())) > 0)
    or (target ->> 'kind' = 'server' and (target ->> 'serverId')::uuid = any (select muster.visible_servers()))
    or (target ->> 'kind' = 'group' and 'group:' || (target ->> 'groupId') = any ((select muster.scope_list())::text[])));
create policy process on muster.posture_duties
  to muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor, muster_owner
  using (true) with check (true);
`;
