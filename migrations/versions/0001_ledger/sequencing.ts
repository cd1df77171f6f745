// es.sequence_pending gives positions. A position is given when a row is seen, not when it is inserted, so a
// transaction that commits late only gets a later position: nothing has to wait for the oldest transaction of the
// cluster, and a dump that is restored into a new one goes on. A stream's second event is only ever visible together
// with its first, because append_group holds the stream's lock until its commit.
export const sequencing = `
create function es.sequence_pending(p_limit int) returns table (from_position bigint, to_position bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  v_size bigint;
  v_moved bigint;
begin
  if not exists (select 1 from es.pending) then return; end if;
  -- A second sequencer waits here; its next statement sees what the first one did.
  select s.size into strict v_size from es.log_state s for update;
  with next as materialized (
    select p.seq from es.pending p order by p.seq limit p_limit
  ), taken as (
    delete from es.pending p using next where p.seq = next.seq returning p.*
  ), placed as (
    insert into es.ledger (position, event_id, recorded_at, tenant_id, stream_id, stream_version, event_type, leaf_hash)
    select v_size + row_number() over (order by t.seq) - 1, t.event_id, t.recorded_at, t.tenant_id, t.stream_id,
           t.stream_version, t.event_type, t.leaf_hash
    from taken t
    returning 1
  )
  select count(*) into v_moved from placed;
  if v_moved = 0 then return; end if;
  update es.log_state set size = v_size + v_moved;
  return query select v_size, v_size + v_moved - 1;
end $$;
`;
