// A waiver of a client covers what a check finds on that client's sites and on servers of its own. Whose a finding is comes
// from what servers say of their sites, which is no event: so what such a waiver covers is an event of its own, and a table
// made of those. Whose it was at a past moment is told by who held the site then.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, functions);
  await run(db, reached);
  await grant(db, 'muster.posture_waiver_findings', { worker: ['select', 'insert', 'update', 'delete'] });
  await run(db, shown);
}

const functions = `
drop function muster.client_findings(uuid, jsonb);
drop function muster.clients_of_path(uuid, text);
drop function muster.clients_of_name(uuid, text);

-- Who holds a site, or held it at a moment.
create function muster.client_of_site(server uuid, site text, moment timestamptz) returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select case when moment is null then s.client_id else (
      select p.client_id from muster.clients_site_spans p
      where p.site_id = s.site_id and p.since <= moment and (p.until is null or p.until > moment)
      order by p.since desc limit 1) end
  from muster.clients_sites s where s.server_id = server and s.name = site and s.removed_at is null
$$;

-- The sites that a finding of a server is about. place: {"path": field}: of all sites with a document root above it, those
-- with the deepest. {"names": field}: those that answer to these names, and null for a name that no site answers to.
create function muster.sites_of_finding(server uuid, evidence jsonb, place jsonb) returns text[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select case
    when place ? 'path' then array(
      with above as (
        select f.name, length(rtrim(f.facts ->> 'root', '/')) as depth
        from (select evidence ->> (place ->> 'path')) as said(path), muster.clients_found_sites f
        where f.server_id = server and rtrim(f.facts ->> 'root', '/') <> '' and path !~ '(^|/)[.][.](/|$)'
          and (path = rtrim(f.facts ->> 'root', '/') or starts_with(path, rtrim(f.facts ->> 'root', '/') || '/')))
      select above.name from above where depth = (select max(depth) from above))
    else array(
      select f.name from unnest(string_to_array(evidence ->> (place ->> 'names'), ', ')) as said(name)
      left join muster.clients_found_sites f
        on f.server_id = server and (f.name = lower(said.name) or f.facts -> 'aliases' ? lower(said.name)))
  end
$$;

-- Whether all of some sites are a client's, or were at a moment. Of no site: no.
create function muster.holds_sites(client uuid, server uuid, sites text[], moment timestamptz) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(bool_and(muster.client_of_site(server, site, moment) is not distinct from client), false)
  from unnest(sites) as site
$$;

-- A client's findings, whoever asks. places: for each check that may be about a site {"path": field} or {"names": field},
-- and "shown": fields of the evidence. moment: null is now. wanted: of this check alone; null: of all.
create function muster.findings_of_client(client uuid, places jsonb, moment timestamptz, wanted text)
  returns table (finding_id uuid, server_id uuid, server text, own boolean, check_id text, subject text, severity text,
    site text, evidence jsonb, opened_at timestamptz, accepted_until timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with own as materialized (select o.id from muster.servers_in(array['client:' || client]) o(id)),
    mine as materialized (
      select s.server_id as id from muster.clients_sites s
      where moment is null and s.client_id = client and s.removed_at is null and s.server_id is not null
      union
      select p.server_id from muster.clients_site_spans p
      where p.client_id = client and p.server_id is not null and p.since <= moment and (p.until is null or p.until > moment)),
    held as materialized (
      select f.* from muster.posture_findings f
      where (f.server_id in (select id from own) or f.server_id in (select id from mine))
        and (wanted is null or f.check_id = wanted)
        and case when moment is null then f.to_at is null else f.from_at <= moment and (f.to_at is null or f.to_at > moment) end)
  select f.finding_id, f.server_id, s.name, found.own, f.check_id, f.subject, f.severity, found.site, found.evidence,
    f.opened_at, w.until
  from held f
  join muster.servers_servers s on s.server_id = f.server_id
  left join muster.posture_waivers w on w.waiver_id = f.waiver_id
  cross join lateral (
    select true as own, null::text as site, f.evidence where f.server_id in (select id from own)
    union all
    select false, (select min(site) from unnest(about.sites) as site),
      (select coalesce(jsonb_object_agg(e.key, e.value), '{}') from jsonb_each(f.evidence) e
        where places -> f.check_id -> 'shown' ? e.key)
    from (select muster.sites_of_finding(f.server_id, f.evidence, places -> f.check_id) as sites
      where f.server_id not in (select id from own) and places ? f.check_id) about
    where muster.holds_sites(client, f.server_id, about.sites, moment)) found
  where moment is not null or not s.retired
$$;

-- The same, to whoever looks after the client or is of it.
create function muster.client_findings(client uuid, places jsonb, moment timestamptz)
  returns table (finding_id uuid, server_id uuid, server text, own boolean, check_id text, severity text, site text,
    evidence jsonb, opened_at timestamptz, accepted_until timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select f.finding_id, f.server_id, f.server, f.own, f.check_id, f.severity, f.site, f.evidence, f.opened_at, f.accepted_until
  from muster.findings_of_client(client, places, moment, null) f
  where muster.sees_all() or 'client:' || client = any(muster.scope_list())
$$;

revoke all on function muster.client_of_site(uuid, text, timestamptz), muster.sites_of_finding(uuid, jsonb, jsonb),
  muster.holds_sites(uuid, uuid, text[], timestamptz), muster.findings_of_client(uuid, jsonb, timestamptz, text),
  muster.client_findings(uuid, jsonb, timestamptz) from public;
grant execute on function muster.findings_of_client(uuid, jsonb, timestamptz, text) to muster_worker;
grant execute on function muster.client_findings(uuid, jsonb, timestamptz) to muster_app;
`;

const reached = `
-- What waivers of clients cover, as their events say.
create table muster.posture_waiver_findings (
  waiver_id uuid not null,
  finding_id uuid not null,
  primary key (waiver_id, finding_id)
);
create index on muster.posture_waiver_findings (finding_id);
`;

const VISIBLE = 'array(select muster.visible_servers())';
const ALL = '(select muster.sees_all())';
const SCOPES = '(select muster.scope_list())::text[]';

const shown = `
drop policy shown on muster.posture_waivers;
create policy shown on muster.posture_waivers to muster_app using (${ALL}
    or (target ->> 'kind' = 'fleet' and cardinality(${VISIBLE}) > 0)
    or (target ->> 'kind' = 'server' and (target ->> 'serverId')::uuid = any (${VISIBLE}))
    or (target ->> 'kind' = 'group' and 'group:' || (target ->> 'groupId') = any (${SCOPES}))
    or (target ->> 'kind' = 'client' and 'client:' || (target ->> 'clientId') = any (${SCOPES})));
`;
