// With a server's turn the prober is told under which names and selectors it signs mail, so that it asks the DNS for just
// those. Of the keys it gets the digest of the public half, to write down what was said at that time.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, functions);
}

const functions = `
-- It answers with a column more, which no function in use can learn.
drop function muster.outside_next(double precision);

-- The server that has waited longest, for as long as the lease; no row when nobody is due. Of a simulated server there is
-- nothing to be seen from outside, and so nothing is told.
create function muster.outside_next(lease_seconds double precision)
  returns table (
    server uuid, seen_from text, claimed text[], hostname text, listening jsonb, names text[], signing jsonb)
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
    (select array_agg(c.name) from muster.clients_sites c where c.server_id = s.server_id and c.removed_at is null),
    case when jsonb_typeof(d.report -> 'reading' -> 'keys') = 'array' then
      (select coalesce(jsonb_agg(distinct jsonb_build_object(
          'domain', k -> 'domain', 'selector', k -> 'selector', 'sha256', k -> 'key' -> 'sha256')), '[]')
        from jsonb_array_elements(d.report -> 'reading' -> 'keys') k) end
  from muster.servers_servers s
  left join muster.servers_presence p on p.server_id = s.server_id and not s.simulated
  left join muster.servers_inventory i on i.server_id = s.server_id and not s.simulated
  left join muster.posture_reports r on r.server_id = s.server_id and r.probe = 'listeners'
  left join muster.posture_reports d on d.server_id = s.server_id and d.probe = 'dkim-keys' and not s.simulated
  where s.server_id = chosen;
end $$;

revoke all on function muster.outside_next(double precision) from public;
grant execute on function muster.outside_next(double precision) to muster_prober;
`;
