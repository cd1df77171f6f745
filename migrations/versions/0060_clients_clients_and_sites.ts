// Clients, their sites and their own servers, and what a client's scope shows: its own rows; of a shared server no more
// than that its sites are there and whether it answers; of the ban log what jails said that read nothing but its logs.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, tables);
  await run(db, sight);
  const all = ['select', 'insert', 'update', 'delete'] as const;
  for (const table of ['clients', 'servers', 'sites', 'site_spans', 'rules', 'people']) {
    await grant(db, `muster.clients_${table}`, { app: ['select'], worker: all });
  }
  for (const table of ['found', 'found_sites']) {
    await grant(db, `muster.clients_${table}`, { app: ['select'], worker: ['select'], gateway: all });
  }
  await run(
    db,
    `revoke all on function ${FUNCTIONS} from public;
     grant execute on function ${FUNCTIONS} to muster_app;
     grant execute on function muster.jails_in(text[]) to muster_worker`,
  );
  for (const [table, shown] of Object.entries(shownTo)) await run(db, guarded(table, shown));
  for (const [table, shown] of Object.entries(shownNow)) {
    await run(db, `alter policy shown on muster.${table} using (${shown})`);
  }
}

const FUNCTIONS = `muster.jails_in(text[]), muster.visible_jails(), muster.runs_servers(), muster.client_servers(uuid)`;

const tables = `
create table muster.clients_clients (
  client_id uuid primary key,
  tenant_id uuid not null,
  name text not null,
  external_ref text,
  limits jsonb not null,
  archived_at timestamptz,
  created_at timestamptz not null
);
create index on muster.clients_clients (lower(name), client_id);
create index on muster.clients_clients (tenant_id, external_ref) where external_ref is not null;

-- A server that is one client's own.
create table muster.clients_servers (
  server_id uuid primary key,
  tenant_id uuid not null,
  client_id uuid not null,
  since timestamptz not null
);
create index on muster.clients_servers (client_id);

create table muster.clients_sites (
  site_id uuid primary key,
  tenant_id uuid not null,
  name text not null,
  server_id uuid,
  external_ref text,
  client_id uuid,
  assigned_by text check (assigned_by in ('hand', 'import', 'rule')),
  how text not null check (how in ('found', 'hand', 'import')),
  added_at timestamptz not null,
  removed_at timestamptz
);
create index on muster.clients_sites (name, site_id) where removed_at is null;
create index on muster.clients_sites (server_id, name) where removed_at is null;
create index on muster.clients_sites (client_id, name) where removed_at is null;
create index on muster.clients_sites (tenant_id, external_ref) where removed_at is null and external_ref is not null;

-- Whose a site was, and when: what happened before is not its next client's to read.
create table muster.clients_site_spans (
  site_id uuid not null,
  server_id uuid,
  client_id uuid not null,
  since timestamptz not null,
  until timestamptz,
  primary key (site_id, since)
);
create index on muster.clients_site_spans (server_id, client_id);

-- As servers say it, written by the gateway: telemetry. That it changed is an event.
create table muster.clients_found (
  server_id uuid primary key,
  at timestamptz not null,
  -- The report that is being taken in, part by part.
  report timestamptz not null,
  sha256 text,
  sources jsonb not null
);
create table muster.clients_found_sites (
  server_id uuid not null,
  name text not null,
  facts jsonb not null,
  logs text[] not null,
  seen_at timestamptz not null,
  primary key (server_id, name)
);

create table muster.clients_rules (
  tenant_id uuid primary key,
  rules jsonb not null,
  set_at timestamptz not null,
  set_by text not null
);

-- People by the reference of another system.
create table muster.clients_people (
  tenant_id uuid not null,
  external_ref text not null,
  client_id uuid not null,
  person_id uuid not null,
  role text not null,
  primary key (tenant_id, external_ref)
);

-- The files a jail reads; empty when it reads the journal, or when its agent does not say.
alter table muster.bans_jails add column logs text[] not null default '{}';
`;

const sight = `
-- A server of a client's own counts as long as no other client ever had a site on it: its past is shown with it.
create or replace function muster.servers_in(scopes text[]) returns setof uuid language sql stable parallel safe
  security definer set search_path = pg_catalog, pg_temp as $$
  select substr(scope, 8)::uuid from unnest(scopes) scope where starts_with(scope, 'server:')
  union
  select m.server_id from muster.servers_group_members m
  where m.group_id in (select substr(scope, 7)::uuid from unnest(scopes) scope where starts_with(scope, 'group:'))
  union
  select s.server_id from muster.servers_servers s
  where s.tags && array(select substr(scope, 5) from unnest(scopes) scope where starts_with(scope, 'tag:'))
  union
  select o.server_id from muster.clients_servers o
  where o.client_id in (select substr(scope, 8)::uuid from unnest(scopes) scope where starts_with(scope, 'client:'))
    and not exists (select 1 from muster.clients_site_spans s
      where s.server_id = o.server_id and s.client_id <> o.client_id)
$$;

-- Jails that guard the sites of clients in these scopes and nobody else's: every file a jail reads must be written by
-- their sites, and by no other. From the time on since which the newest of those sites is theirs.
create function muster.jails_in(scopes text[]) returns table (client_id uuid, server_id uuid, jail text, since timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with mine as (
    select site.client_id, site.server_id, span.since, found.logs
    from muster.clients_sites site
    join muster.clients_site_spans span on span.site_id = site.site_id and span.until is null
    join muster.clients_found_sites found on found.server_id = site.server_id and found.name = site.name
    where site.removed_at is null
      and site.client_id in (select substr(scope, 8)::uuid from unnest(scopes) scope where starts_with(scope, 'client:')))
  select mine.client_id, jail.server_id, jail.jail, max(mine.since)
  from muster.bans_jails jail
  join mine on mine.server_id = jail.server_id and mine.logs && jail.logs
  where not exists (
      select 1 from unnest(jail.logs) log
      where not exists (select 1 from mine own
        where own.server_id = jail.server_id and own.client_id = mine.client_id and log = any(own.logs)))
    and not exists (
      select 1 from muster.clients_found_sites other
      left join muster.clients_sites whose
        on whose.server_id = other.server_id and whose.name = other.name and whose.removed_at is null
      where other.server_id = jail.server_id and other.logs && jail.logs
        and whose.client_id is distinct from mine.client_id)
  group by mine.client_id, jail.server_id, jail.jail
$$;
create function muster.visible_jails() returns table (server_id uuid, jail text, since timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select server_id, jail, since from muster.jails_in(muster.scope_list())
$$;

-- Whoever looks after servers must know what is blocked on all of them; a client with a server of its own need not.
create function muster.runs_servers() returns boolean language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  select exists (select 1 from muster.servers_in(
    array(select scope from unnest(muster.scope_list()) scope where not starts_with(scope, 'client:'))))
$$;

-- All that a client may know of a server that it shares: its name, and whether it works.
create function muster.client_servers(client uuid)
  returns table (server_id uuid, name text, own boolean, heard_at timestamptz, answers boolean, managed boolean,
    enforced boolean, looked_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select s.server_id, s.name, exists (select 1 from muster.clients_servers o where o.server_id = s.server_id and o.client_id = client),
    p.heard_at, coalesce(p.heard_at is not null and not p.silent, false) and not s.quarantined,
    coalesce(d.managed and not d.withdrawn, false), case when d.managed and not d.withdrawn then h.matches end, f.at
  from muster.servers_servers s
  left join muster.servers_presence p using (server_id)
  left join muster.bans_desired d using (server_id)
  left join muster.bans_held h using (server_id)
  left join muster.clients_found f using (server_id)
  where (muster.sees_all() or 'client:' || client = any(muster.scope_list())) and not s.retired
    and (exists (select 1 from muster.clients_sites t
           where t.server_id = s.server_id and t.client_id = client and t.removed_at is null)
      or exists (select 1 from muster.clients_servers o where o.server_id = s.server_id and o.client_id = client))
$$;
`;

const VISIBLE = 'array(select muster.visible_servers())';
const ALL = '(select muster.sees_all())';
const SCOPES = '(select muster.scope_list())::text[]';
const ofServer = `${ALL} or server_id = any (${VISIBLE})`;
const ofClient = `'client:' || client_id = any (${SCOPES})`;
const JAILS = '(select v.server_id, v.jail from muster.visible_jails() v)';

const shownTo: Readonly<Record<string, string>> = {
  clients_sites: `${ofServer} or ${ofClient}`,
  clients_site_spans: `${ALL} or ${ofClient}`,
  clients_servers: `${ofServer} or ${ofClient}`,
  // Whoever looks after a server knows whose sites are on it.
  clients_clients: `${ALL} or ${ofClient} or exists (
    select 1 from muster.clients_sites s where s.client_id = clients_clients.client_id)`,
  clients_people: `${ALL} or ${ofClient}`,
  clients_rules: ALL,
  clients_found: ofServer,
  clients_found_sites: `${ofServer} or exists (select 1 from muster.clients_sites s
    where s.server_id = clients_found_sites.server_id and s.name = clients_found_sites.name and s.removed_at is null)`,
};

/** Rows of bans, with the client's own jails beside what servers show. The set is made once, the time asked of its rows. */
const shownNow: Readonly<Record<string, string>> = {
  bans_jails: `${ofServer} or (server_id, jail) in ${JAILS}`,
  bans_ban_log: `${ofServer}
    or (server_id is null and place = 'fleet' and (select muster.runs_servers()))
    or (server_id is null and starts_with(place, 'group ') and 'group:' || substr(place, 7) = any (${SCOPES}))
    or (by_kind = 'jail' and (server_id, by_name) in ${JAILS} and exists (
      select 1 from muster.visible_jails() v where v.server_id = bans_ban_log.server_id and v.jail = by_name and at >= v.since))`,
  bans_blocks: `${ALL}
    or (target ->> 'kind' = 'fleet' and (select muster.runs_servers()))
    or (target ->> 'kind' = 'server' and (target ->> 'serverId')::uuid = any (${VISIBLE}))
    or (target ->> 'kind' = 'group' and ('group:' || (target ->> 'groupId') = any (${SCOPES}) or exists (
      select 1 from muster.bans_desired_groups g where g.group_id = (target ->> 'groupId')::uuid)))`,
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
