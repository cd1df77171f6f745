// A client's posture as of a past moment, and day by day. Whose a site was is told by its spans; where it lay and what it was
// called, by what its server says today: that has no past.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, functions);
}

const functions = `
drop function muster.client_judged(uuid, jsonb);

-- Servers on which a client has something, or had at a moment. null is now.
create function muster.servers_of_client(client uuid, moment timestamptz) returns table (server_id uuid, server text)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select s.server_id, s.name from muster.servers_servers s
  where (moment is not null or not s.retired) and s.server_id in (
    select o.server_id from muster.clients_servers o where o.client_id = client
    union
    select t.server_id from muster.clients_sites t where moment is null and t.client_id = client and t.removed_at is null
    union
    select p.server_id from muster.clients_site_spans p
    where p.client_id = client and p.since <= moment and (p.until is null or p.until > moment))
$$;

-- Whether they were judged, and how many of the checks that may be about its sites got no answer. When is kept of now alone.
create function muster.client_judged(client uuid, places jsonb, moment timestamptz)
  returns table (server_id uuid, server text, judged boolean, judged_at timestamptz, not_known int)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select s.server_id, s.server,
    case when moment is null then j.judged_at is not null else c.server_id is not null end,
    case when moment is null then j.judged_at end,
    (select count(*)::int from jsonb_array_elements(c.uncovered) u
      where u ->> 'state' in ('unknown', 'error')
        and (s.server_id in (select o.id from muster.servers_in(array['client:' || client]) o(id)) or places ? (u ->> 'checkId')))
  from muster.servers_of_client(client, moment) s
  left join muster.posture_judgements j using (server_id)
  left join muster.posture_coverage c on c.server_id = s.server_id
    and case when moment is null then c.to_at is null else c.from_at <= moment and (c.to_at is null or c.to_at > moment) end
  where muster.sees_all() or 'client:' || client = any(muster.scope_list())
$$;

-- What was open, day by day: a row for each of its judged servers, without a check, and one for each finding. What sites a
-- finding is about is asked once, and at each of the days whose they were.
create function muster.client_days(client uuid, places jsonb, first timestamptz, days int)
  returns table (at timestamptz, server_id uuid, check_id text, severity text)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with there as materialized (
      select p.at, s.server_id
      from (select first + make_interval(days => n) as at from generate_series(0, days) n) p
      cross join lateral muster.servers_of_client(client, p.at) s
      where muster.sees_all() or 'client:' || client = any(muster.scope_list())),
    own as materialized (select o.id from muster.servers_in(array['client:' || client]) o(id)),
    spans as materialized (
      select f.server_id, f.check_id, f.severity, f.from_at, f.to_at, f.server_id in (select id from own) as own,
        muster.sites_of_finding(f.server_id, f.evidence, places -> f.check_id) as sites
      from muster.posture_findings f
      where f.server_id in (select t.server_id from there t) and f.waiver_id is null and (f.to_at is null or f.to_at > first)
        and (f.server_id in (select id from own) or places ? f.check_id))
  select t.at, t.server_id, null, null from there t
  join muster.posture_coverage c on c.server_id = t.server_id and c.from_at <= t.at and (c.to_at is null or c.to_at > t.at)
  union all
  select t.at, t.server_id, f.check_id, f.severity from there t
  join spans f on f.server_id = t.server_id and f.from_at <= t.at and (f.to_at is null or f.to_at > t.at)
  where f.own or muster.holds_sites(client, f.server_id, f.sites, t.at)
$$;

revoke all on function muster.servers_of_client(uuid, timestamptz), muster.client_judged(uuid, jsonb, timestamptz),
  muster.client_days(uuid, jsonb, timestamptz, int) from public;
grant execute on function muster.client_judged(uuid, jsonb, timestamptz), muster.client_days(uuid, jsonb, timestamptz, int)
  to muster_app;
`;
