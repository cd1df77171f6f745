// Grants and own roles, and what each row may be shown to: row-level security, forced, so that a query that forgets to ask
// shows nothing. The API says at the begin of each transaction who asks (`muster.actor`) and where that person's grants
// count (`muster.scopes`, see scopeKey in the contracts); unset means nothing is seen.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, tables);
  await run(db, sight);
  const all = ['select', 'insert', 'update', 'delete'] as const;
  await grant(db, 'muster.access_grants', { app: ['select'], worker: all });
  await grant(db, 'muster.access_roles', { app: ['select'], worker: all });
  await run(
    db,
    `revoke all on function ${SIGHT} from public;
     grant execute on function ${SIGHT} to muster_app`,
  );
  for (const [table, shown] of Object.entries(shownTo)) await run(db, guarded(table, shown));
}

const SIGHT = `muster.scope_list(), muster.sees_all(), muster.asking(), muster.servers_in(text[]), muster.visible_servers()`;

const tables = `
create table muster.access_grants (
  grant_id uuid primary key,
  tenant_id uuid not null,
  -- A person or a service account.
  holder_id uuid not null,
  -- A built-in role's word, or the id of an own role.
  role text not null,
  scope jsonb not null,
  scope_key text not null,
  starts_at timestamptz not null,
  until timestamptz,
  reason text not null,
  given_by text not null,
  given_at timestamptz not null,
  given_position bigint not null,
  ended_at timestamptz,
  ended_why text check (ended_why in ('revoked', 'expired', 'reviewed', 'offboarded')),
  -- The last warning that was given before its end, in days.
  warned_days int
);
create index on muster.access_grants (holder_id) where ended_at is null;
create index on muster.access_grants (until) where ended_at is null and until is not null;

create table muster.access_roles (
  role_id uuid primary key,
  tenant_id uuid not null,
  name text not null,
  sentence text not null,
  permissions text[] not null,
  removed_at timestamptz
);

-- The client whom an entry concerns, when it concerns one.
alter table muster.audit_entries add column client_id uuid;
create index on muster.audit_entries (client_id, position desc) where client_id is not null;
`;

const sight = `
create function muster.scope_list() returns text[] language sql stable parallel safe as $$
  select string_to_array(coalesce(current_setting('muster.scopes', true), ''), ',')
$$;
create function muster.sees_all() returns boolean language sql stable parallel safe as $$
  select coalesce(current_setting('muster.scopes', true), '') in ('fleet', 'system')
$$;
create function muster.asking() returns text language sql stable parallel safe as $$
  select coalesce(current_setting('muster.actor', true), '')
$$;

-- Servers that some scopes hold. A client's scope holds none: a shared server is not its client's to look into.
create function muster.servers_in(scopes text[]) returns setof uuid language sql stable parallel safe security definer
  set search_path = pg_catalog, pg_temp as $$
  select substr(scope, 8)::uuid from unnest(scopes) scope where starts_with(scope, 'server:')
  union
  select m.server_id from muster.servers_group_members m
  where m.group_id in (select substr(scope, 7)::uuid from unnest(scopes) scope where starts_with(scope, 'group:'))
  union
  select s.server_id from muster.servers_servers s
  where s.tags && array(select substr(scope, 5) from unnest(scopes) scope where starts_with(scope, 'tag:'))
$$;
create function muster.visible_servers() returns setof uuid language sql stable parallel safe security definer
  set search_path = pg_catalog, pg_temp as $$
  select * from muster.servers_in(muster.scope_list())
$$;
`;

/** Evaluated once per query, so that it can be looked up in an index. */
const VISIBLE = 'array(select muster.visible_servers())';
const ALL = '(select muster.sees_all())';
const SCOPES = '(select muster.scope_list())::text[]';
const ofServer = `${ALL} or server_id = any (${VISIBLE})`;

/** Row conditions for muster_app; every other process sees what its table grants give it. */
const shownTo: Readonly<Record<string, string>> = {
  servers_servers: ofServer,
  servers_capabilities: ofServer,
  servers_group_members: ofServer,
  servers_presence: ofServer,
  servers_inventory: ofServer,
  servers_barred: ofServer,
  servers_groups: `${ALL} or 'group:' || group_id = any (${SCOPES})`,
  servers_enrolments: ALL,
  operations_tasks: ofServer,
  operations_cancels: ofServer,
  operations_operations: `${ALL} or exists (
    select 1 from muster.operations_tasks t where t.operation_id = operations_operations.operation_id)`,
  bans_desired: ofServer,
  bans_desired_tasks: ofServer,
  bans_desired_groups: ofServer,
  bans_enforcements: ofServer,
  bans_held: ofServer,
  bans_jails: ofServer,
  bans_fail2ban: ofServer,
  // Who looks after servers must know what is blocked on all of them.
  bans_ban_log: `${ALL} or server_id = any (${VISIBLE})
    or (server_id is null and place = 'fleet' and cardinality(${VISIBLE}) > 0)
    or (server_id is null and starts_with(place, 'group ') and 'group:' || substr(place, 7) = any (${SCOPES}))`,
  bans_blocks: `${ALL}
    or (target ->> 'kind' = 'fleet' and cardinality(${VISIBLE}) > 0)
    or (target ->> 'kind' = 'server' and (target ->> 'serverId')::uuid = any (${VISIBLE}))
    or (target ->> 'kind' = 'group' and ('group:' || (target ->> 'groupId') = any (${SCOPES}) or exists (
      select 1 from muster.bans_desired_groups g where g.group_id = (target ->> 'groupId')::uuid)))`,
  // Labels name clients and servers of others.
  bans_protections: ALL,
  audit_entries: `${ALL} or server_id = any (${VISIBLE}) or actor = (select muster.asking())
    or 'client:' || client_id = any (${SCOPES})`,
  access_grants: `${ALL} or holder_id::text = (select muster.asking()) or scope_key = any (${SCOPES})`,
};

function guarded(table: string, shown: string): string {
  return `
    alter table muster.${table} enable row level security;
    alter table muster.${table} force row level security;
    create policy shown on muster.${table} to muster_app using (${shown});
    create policy process on muster.${table}
      to muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor, muster_owner
      using (true) with check (true);`;
}
