// es.append_group: many commands in one transaction, each with a verdict of its own.
//
// The arguments are columns: the n-th element of each array from p_command_ids to p_event_counts is the n-th item. Its
// events are the next p_event_counts[n] elements of the arrays from p_event_ids to p_bodies; what it reserves and
// releases names it by n. expected: the stream's version, 0 for a new stream, -1 for whatever it is. Metas and bodies
// are canonical JSON as text. status: ok | replayed | reused | conflict | taken | empty. Only ok writes; no verdict fails
// a neighbour.
//
// Everything an item depends on (stream, command id, reservations) is locked first, in one sorted order, before the
// transaction has written anything: so groups never deadlock, and the statements after the locks see all there is.
//
// Arrays and few statements, because this is the hot path (docs/adr/0010).
export const appending = `
create function es.leaf_hash(event_id uuid, tenant_id uuid, stream_id text, stream_version bigint, event_type text,
                             schema_version smallint, recorded_at timestamptz, meta bytea, body bytea)
returns bytea language sql stable as $$
  select sha256('\\x00'::bytea || 'muster/event/v1'::bytea || '\\x00'::bytea
    || uuid_send(event_id) || uuid_send(tenant_id) || int8send(stream_version) || int2send(schema_version)
    || int8send((extract(epoch from recorded_at) * 1000000)::bigint)
    || int4send(octet_length(convert_to(stream_id, 'UTF8'))) || convert_to(stream_id, 'UTF8')
    || int4send(octet_length(convert_to(event_type, 'UTF8'))) || convert_to(event_type, 'UTF8')
    || sha256(meta) || sha256(body))
$$;

create function es.append_group(
  p_command_ids uuid[], p_actors text[], p_request_hashes bytea[], p_tenant_ids uuid[], p_stream_ids text[],
  p_stream_types text[], p_expected bigint[], p_metas text[], p_event_counts int[],
  p_event_ids uuid[], p_event_types text[], p_schema_versions smallint[], p_bodies text[],
  p_reserve_items int[], p_reserve_namespaces text[], p_reserve_keys text[],
  p_release_items int[], p_release_namespaces text[], p_release_keys text[])
returns table (item int, status text, stream_id text, from_version bigint, to_version bigint, event_ids uuid[],
               recorded_at timestamptz, detail text)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
-- A plan made while the tables were empty must not scan them once they are not.
set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_keys bigint[];
  v_distinct bigint;
  v_taken_items int[];
  v_taken_namespaces text[];
  v_status text[];
  -- Version of each item's stream before it; index of its last event; and what was stored when it is a repetition.
  v_version bigint[];
  v_last bigint[];
  v_known_streams text[];
  v_known_from bigint[];
  v_known_to bigint[];
  v_now timestamptz;
begin
  if pg_current_xact_id_if_assigned() is not null or current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'an append is the first write of a READ COMMITTED transaction' using errcode = 'ES412';
  end if;

  select array_agg(k order by k), count(distinct k) into v_keys, v_distinct from (
    select hashtextextended('stream ' || s, 4201) as k from unnest(p_stream_ids) s
    union all
    select hashtextextended('command ' || x.id || ' ' || x.actor, 4201) from unnest(p_command_ids, p_actors) as x(id, actor)
    union all
    select hashtextextended('reservation ' || p_tenant_ids[r.item] || ' ' || length(r.namespace) || ' ' || r.namespace || r.key, 4201)
    from unnest(p_reserve_items || p_release_items, p_reserve_namespaces || p_release_namespaces,
                p_reserve_keys || p_release_keys) as r(item, namespace, key)
  ) as keys;
  if v_distinct <> cardinality(v_keys) then
    raise exception 'two items of a group share a stream, a command id or a reservation' using errcode = 'ES422';
  end if;
  perform pg_advisory_xact_lock(k) from unnest(v_keys) as k;
  v_now := clock_timestamp();

  if cardinality(p_reserve_items) > 0 then
    select array_agg(r.item), array_agg(r.namespace) into v_taken_items, v_taken_namespaces
    from unnest(p_reserve_items, p_reserve_namespaces, p_reserve_keys) as r(item, namespace, key)
    cross join lateral (select from es.reservations held where held.tenant_id = p_tenant_ids[r.item]
                        and held.namespace = r.namespace and held.key = r.key and held.stream_id <> p_stream_ids[r.item] limit 1) held;
  end if;

  select array_agg(j.verdict), array_agg(j.version), array_agg(j.last), array_agg(j.known_stream), array_agg(j.known_from),
         array_agg(j.known_to)
  into v_status, v_version, v_last, v_known_streams, v_known_from, v_known_to
  from (
    select coalesce(s.version, 0) as version, sum(x.n) over (order by x.i rows unbounded preceding) as last,
      known.stream_id as known_stream, known.from_version as known_from, known.to_version as known_to,
      case
        when x.n = 0 then 'empty'
        when known.request_hash is not null then
          case when known.request_hash = x.request_hash then 'replayed' else 'reused' end
        when s.tenant_id <> x.tenant_id or s.stream_type <> x.stream_type then 'conflict'
        when x.expected >= 0 and coalesce(s.version, 0) <> x.expected then 'conflict'
        when x.i = any (v_taken_items) then 'taken'
        else 'ok'
      end as verdict
    from unnest(p_command_ids, p_actors, p_request_hashes, p_tenant_ids, p_stream_ids, p_stream_types, p_expected, p_event_counts)
      with ordinality as x(command_id, actor, request_hash, tenant_id, stream_id, stream_type, expected, n, i)
    -- "limit 1" keeps each of these a look-up by key, whatever the planner believes about the number of items.
    left join lateral (select * from es.streams where stream_id = x.stream_id limit 1) s on true
    left join lateral (select * from es.appends where actor = x.actor and command_id = x.command_id limit 1) known on true
    order by x.i
  ) as j;
  if coalesce(v_last[cardinality(v_last)], 0) <> cardinality(p_event_ids) then
    raise exception 'the items of a group have other events than it brings' using errcode = 'ES422';
  end if;

  if 'ok' = any (v_status) then
    with accepted as materialized (
      select x.command_id, x.actor, x.request_hash, x.tenant_id, x.stream_id, x.stream_type, convert_to(x.meta, 'UTF8') as meta,
             x.version, x.version + x.n as to_version, x.last - x.n + 1 as first, x.last
      from unnest(p_command_ids, p_actors, p_request_hashes, p_tenant_ids, p_stream_ids, p_stream_types, p_metas, p_event_counts,
                  v_status, v_version, v_last)
        as x(command_id, actor, request_hash, tenant_id, stream_id, stream_type, meta, n, status, version, last)
      where x.status = 'ok' and x.meta::json is not null
    ), numbered as materialized (
      select p_event_ids[o] as event_id, a.tenant_id, a.stream_id, a.version + 1 + o - a.first as stream_version,
             p_event_types[o] as type, p_schema_versions[o] as schema_version, convert_to(p_bodies[o], 'UTF8') as body, a.meta
      from accepted a cross join lateral generate_series(a.first::int, a.last::int) as o
      where p_bodies[o]::json is not null
    ), moved_stream as (
      insert into es.streams (stream_id, tenant_id, stream_type, version)
      select a.stream_id, a.tenant_id, a.stream_type, a.to_version from accepted a
      on conflict on constraint streams_pkey do update set version = excluded.version
    ), written as (
      insert into es.events (event_id, tenant_id, stream_id, stream_version, event_type, schema_version, body, meta, recorded_at)
      select n.event_id, n.tenant_id, n.stream_id, n.stream_version, n.type, n.schema_version, n.body, n.meta, v_now from numbered n
    ), queued as (
      insert into es.pending (event_id, recorded_at, tenant_id, stream_id, stream_version, event_type, leaf_hash)
      select n.event_id, v_now, n.tenant_id, n.stream_id, n.stream_version, n.type,
             es.leaf_hash(n.event_id, n.tenant_id, n.stream_id, n.stream_version, n.type, n.schema_version, v_now, n.meta, n.body)
      from numbered n
    )
    insert into es.appends (actor, command_id, request_hash, stream_id, from_version, to_version, recorded_at)
    select a.actor, a.command_id, a.request_hash, a.stream_id, a.version + 1, a.to_version, v_now from accepted a;
  end if;

  if cardinality(p_reserve_items) > 0 then
    insert into es.reservations (tenant_id, namespace, key, stream_id, reserved_at)
    select p_tenant_ids[r.item], r.namespace, r.key, p_stream_ids[r.item], v_now
    from unnest(p_reserve_items, p_reserve_namespaces, p_reserve_keys) as r(item, namespace, key)
    where v_status[r.item] = 'ok'
    on conflict on constraint reservations_pkey do nothing;
  end if;
  if cardinality(p_release_items) > 0 then
    delete from es.reservations where ctid = any (array(
      select held.ctid
      from unnest(p_release_items, p_release_namespaces, p_release_keys) as r(item, namespace, key)
      cross join lateral (select h.ctid from es.reservations h where h.tenant_id = p_tenant_ids[r.item] and h.namespace = r.namespace
                          and h.key = r.key and h.stream_id = p_stream_ids[r.item] limit 1) held
      where v_status[r.item] = 'ok'));
  end if;

  return query
  select x.i::int, x.status, coalesce(x.known_stream, x.stream_id),
    case x.status when 'ok' then x.version + 1 when 'replayed' then x.known_from end,
    case x.status when 'ok' then x.version + x.n when 'replayed' then x.known_to else x.version end,
    case x.status
      when 'ok' then p_event_ids[x.last - x.n + 1 : x.last]
      when 'replayed' then array(select e.event_id from es.events e where e.stream_id = x.known_stream
                                 and e.stream_version between x.known_from and x.known_to order by e.stream_version)
    end,
    v_now, v_taken_namespaces[array_position(v_taken_items, x.i::int)]
  from unnest(v_status, p_stream_ids, p_event_counts, v_version, v_last, v_known_streams, v_known_from, v_known_to)
    with ordinality as x(status, stream_id, n, version, last, known_stream, known_from, known_to, i);
end $$;
`;
