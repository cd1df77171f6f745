// A client's findings are looked up by its servers. Asked with two sets and OR, PostgreSQL read every finding of the fleet for
// each of its clients; asked with one array, it takes the index.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, functions);
}

const functions = `
-- A client's findings, whoever asks. places: for each check that may be about a site {"path": field} or {"names": field},
-- and "shown": fields of the evidence. moment: null is now. wanted: of this check alone; null: of all.
create or replace function muster.findings_of_client(client uuid, places jsonb, moment timestamptz, wanted text)
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
      where f.server_id = any(array(select id from own union select id from mine))
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
`;
