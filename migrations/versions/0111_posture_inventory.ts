// What servers have that somebody has to answer for. Items are telemetry: the newest reports say what is there. Who
// approved what, and which changes were seen, come from events.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, tables);
  const all = ['select', 'insert', 'update', 'delete'] as const;
  for (const table of ['inventory', 'inventory_readings', 'approvals', 'host_changes'] as const) {
    await grant(db, `muster.posture_${table}`, { app: ['select'], worker: all });
    await run(db, guarded(`posture_${table}`));
  }
}

const tables = `
create table muster.posture_inventory (
  server_id uuid not null,
  kind text not null,
  item text not null,
  tenant_id uuid not null,
  -- Its place in the list of the fleet.
  sort text not null,
  facts jsonb not null,
  first_seen timestamptz not null,
  -- Why somebody should look at it, whoever answers for it.
  attention text,
  to_explain boolean not null,
  -- Both together with what was approved: why it stands out; null when it does not.
  stands_out text,
  primary key (server_id, kind, item)
) with (fillfactor = 80);
create index on muster.posture_inventory (tenant_id, kind, sort, server_id);
create index on muster.posture_inventory (tenant_id, kind, sort, server_id) where stands_out is not null;

-- What a kind was last made of: the same reports of the same day make the same items.
create table muster.posture_inventory_readings (
  server_id uuid not null,
  kind text not null,
  tenant_id uuid not null,
  basis text not null,
  read_at timestamptz not null,
  -- False: never read, or with gaps.
  complete boolean not null,
  primary key (server_id, kind)
);
create index on muster.posture_inventory_readings (tenant_id, kind) where not complete;

create table muster.posture_approvals (
  server_id uuid not null,
  kind text not null,
  item text not null,
  tenant_id uuid not null,
  owner text not null,
  reason text not null,
  approved_at timestamptz not null,
  review_at timestamptz not null,
  primary key (server_id, kind, item)
);

create table muster.posture_host_changes (
  position bigint primary key,
  tenant_id uuid not null,
  server_id uuid not null,
  kind text not null,
  appeared text[] not null,
  gone text[] not null,
  operation_id uuid,
  at timestamptz not null
);
create index on muster.posture_host_changes (server_id, position);
create index on muster.posture_host_changes (tenant_id, position);
`;

function guarded(table: string): string {
  return `
    alter table muster.${table} enable row level security;
    alter table muster.${table} force row level security;
    create policy shown on muster.${table} to muster_app
      using ((select muster.sees_all()) or server_id = any (array(select muster.visible_servers())));
    create policy process on muster.${table}
      to muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor, muster_owner
      using (true) with check (true);`;
}
