// What the prober sees of servers from outside, apart from what they say of themselves. Its role reads and writes no table:
// it takes a turn, which tells where one server is and what to ask it for, and hands in what it saw.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, tables);
  await grant(db, 'muster.posture_outside_reports', { app: ['select'], worker: ['select'] });
  for (const table of ['posture_outside_reports', 'posture_outside_turns']) await run(db, guarded(table));
  await run(db, functions);
}

const tables = `
create table muster.posture_outside_reports (
  server_id uuid not null,
  probe text not null check (probe like 'outside-%'),
  tenant_id uuid not null,
  at timestamptz not null,
  sha256 text not null,
  report jsonb not null,
  primary key (server_id, probe)
);

create table muster.posture_outside_turns (
  server_id uuid primary key,
  tenant_id uuid not null,
  due_at timestamptz not null
) with (fillfactor = 70);
create index on muster.posture_outside_turns (due_at);
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

const functions = `
-- The server that has waited longest, for as long as the lease; no row when nobody is due. Of a simulated server there is
-- nothing to be seen from outside, and so nothing is told.
create function muster.outside_next(lease_seconds double precision)
  returns table (server uuid, seen_from text, claimed text[], hostname text, listening jsonb, names text[])
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  chosen uuid;
begin
  insert into muster.posture_outside_turns (server_id, tenant_id, due_at)
  select s.server_id, s.tenant_id, clock_timestamp() from muster.servers_servers s
  where s.confirmed and not s.retired and not s.quarantined
    and not exists (select 1 from muster.posture_outside_turns t where t.server_id = s.server_id)
  order by s.server_id limit 100
  on conflict do nothing;

  update muster.posture_outside_turns t
  set due_at = clock_timestamp() + make_interval(secs => lease_seconds)
  where t.server_id = (
    select d.server_id from muster.posture_outside_turns d join muster.servers_servers s using (server_id)
    where d.due_at <= clock_timestamp() and s.confirmed and not s.retired and not s.quarantined
    order by d.due_at limit 1 for update of d skip locked)
  returning t.server_id into chosen;

  return query
  select s.server_id, host(p.address),
    (select array_agg(a.address) from jsonb_array_elements(i.facts -> 'interfaces') f,
      jsonb_array_elements_text(f -> 'addresses') a(address)),
    s.hostname,
    -- Null when it has not said, or could not read it: that is not "nothing".
    case when r.report -> 'reading' ->> 'read' = 'true' then
      (select coalesce(jsonb_agg(jsonb_build_object('address', l -> 'address', 'port', l -> 'port')), '[]')
        from jsonb_array_elements(r.report -> 'reading' -> 'listeners') l where l ->> 'protocol' = 'tcp') end,
    (select array_agg(c.name) from muster.clients_sites c where c.server_id = s.server_id and c.removed_at is null)
  from muster.servers_servers s
  left join muster.servers_presence p on p.server_id = s.server_id and not s.simulated
  left join muster.servers_inventory i on i.server_id = s.server_id and not s.simulated
  left join muster.posture_reports r on r.server_id = s.server_id and r.probe = 'listeners'
  where s.server_id = chosen;
end $$;

-- Kept beside what the server says, and judged when it is not what was seen before. Only for a server that has a turn.
create function muster.outside_keep(server uuid, reports jsonb, next_seconds double precision) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  tenant uuid;
  news boolean;
begin
  update muster.posture_outside_turns t set due_at = clock_timestamp() + make_interval(secs => next_seconds)
  where t.server_id = server returning t.tenant_id into tenant;
  if tenant is null then return; end if;

  select exists (
    select 1 from jsonb_array_elements(reports) r
    where not exists (
      select 1 from muster.posture_outside_reports o
      where o.server_id = server and o.probe = r ->> 'probe' and o.sha256 = r ->> 'sha256')) into news;

  insert into muster.posture_outside_reports (server_id, probe, tenant_id, at, sha256, report)
  select server, r ->> 'probe', tenant, (r ->> 'at')::timestamptz, r ->> 'sha256', r from jsonb_array_elements(reports) r
  on conflict (server_id, probe) do update set at = excluded.at, sha256 = excluded.sha256, report = excluded.report;

  if news then
    -- A simulated server that has said nothing of itself stays unjudged.
    insert into muster.posture_judgements (server_id, tenant_id, due_at)
    select s.server_id, tenant, clock_timestamp() from muster.servers_servers s
    where s.server_id = server
      and (not s.simulated or exists (select 1 from muster.posture_judgements j where j.server_id = server))
    on conflict (server_id) do update set due_at = excluded.due_at;
  end if;
end $$;

revoke all on function muster.outside_next(double precision),
  muster.outside_keep(uuid, jsonb, double precision) from public;
grant usage on schema muster to muster_prober;
grant execute on function muster.outside_next(double precision),
  muster.outside_keep(uuid, jsonb, double precision) to muster_prober;
`;
