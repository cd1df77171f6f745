// What of the posture is a client's to know. Of a server that is its alone: everything. Of a server that it shares: what
// lies in its own document roots, or is a certificate for its own names only; nothing of the server, nothing of neighbours.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, functions);
}

const functions = `
-- Whose path this is on a server: of all sites with a document root above it, those with the deepest. Null in the answer
-- is a site that is nobody's.
create function muster.clients_of_path(server uuid, place text) returns table (client_id uuid, site text)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with above as (
    select s.client_id, f.name, length(rtrim(f.facts ->> 'root', '/')) as depth
    from muster.clients_found_sites f
    left join muster.clients_sites s on s.server_id = f.server_id and s.name = f.name and s.removed_at is null
    where f.server_id = server and rtrim(f.facts ->> 'root', '/') <> '' and place !~ '(^|/)[.][.](/|$)'
      and (place = rtrim(f.facts ->> 'root', '/') or starts_with(place, rtrim(f.facts ->> 'root', '/') || '/')))
  select above.client_id, above.name from above where depth = (select max(depth) from above)
$$;

-- Whose names these are, of all sites of a server, as their servers are told to answer to them.
create function muster.clients_of_name(server uuid, wanted text) returns table (client_id uuid, site text)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select s.client_id, f.name from muster.clients_found_sites f
  left join muster.clients_sites s on s.server_id = f.server_id and s.name = f.name and s.removed_at is null
  where f.server_id = server and (f.name = wanted or f.facts -> 'aliases' ? wanted)
$$;

-- places: for each check that may be about a site {"path": field} or {"names": field}, and "shown": fields of the evidence.
create function muster.client_findings(client uuid, places jsonb)
  returns table (finding_id uuid, server_id uuid, own boolean, check_id text, severity text, site text, evidence jsonb,
    opened_at timestamptz, accepted_until timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with own as materialized (select o.id from muster.servers_in(array['client:' || client]) o(id)),
    mine as materialized (
      select distinct s.server_id as id from muster.clients_sites s
      where s.client_id = client and s.removed_at is null and s.server_id is not null)
  select f.finding_id, f.server_id, found.own, f.check_id, f.severity, found.site, found.evidence, f.opened_at, w.until
  from muster.posture_findings f
  left join muster.posture_waivers w using (waiver_id)
  cross join lateral (
    select true as own, null::text as site, f.evidence where f.server_id in (select id from own)
    union all
    select false, whose.site,
      (select coalesce(jsonb_object_agg(e.key, e.value), '{}') from jsonb_each(f.evidence) e
        where places -> f.check_id -> 'shown' ? e.key)
    from (
      select min(o.site) as site from muster.clients_of_path(f.server_id, f.evidence ->> (places -> f.check_id ->> 'path')) o
      having count(*) > 0 and bool_and(o.client_id is not distinct from client)
      union all
      select min(o.site)
      from unnest(string_to_array(f.evidence ->> (places -> f.check_id ->> 'names'), ', ')) as name
      left join lateral muster.clients_of_name(f.server_id, lower(name)) o on true
      having count(*) > 0 and bool_and(o.client_id is not distinct from client)) whose
    where f.server_id not in (select id from own) and places ? f.check_id) found
  where (muster.sees_all() or 'client:' || client = any(muster.scope_list())) and f.to_at is null
    and (f.server_id in (select id from own) or f.server_id in (select id from mine))
$$;

-- When its servers were judged last, and how many of the checks that may be about its sites got no answer.
create function muster.client_judged(client uuid, places jsonb)
  returns table (server_id uuid, judged_at timestamptz, not_known int)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select s.server_id, j.judged_at,
    (select count(*)::int from muster.posture_coverage c, jsonb_array_elements(c.uncovered) u
      where c.server_id = s.server_id and c.to_at is null and u ->> 'state' in ('unknown', 'error')
        and (s.server_id in (select o.id from muster.servers_in(array['client:' || client]) o(id)) or places ? (u ->> 'checkId')))
  from muster.client_servers(client) s left join muster.posture_judgements j using (server_id)
$$;

revoke all on function muster.clients_of_path(uuid, text), muster.clients_of_name(uuid, text),
  muster.client_findings(uuid, jsonb), muster.client_judged(uuid, jsonb) from public;
grant execute on function muster.client_findings(uuid, jsonb), muster.client_judged(uuid, jsonb) to muster_app;
`;
