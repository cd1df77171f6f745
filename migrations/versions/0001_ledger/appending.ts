// es.append_group: many commands in one transaction, each with a verdict of its own.
//
// p_items:  [{i, command_id, actor, request_hash (hex), tenant_id, stream_id, stream_type, expected, meta, reserve, release}]
// p_events: [{i, event_id, type, version, body}] in the order in which they happened
// expected: the stream's version, 0 for a new stream, -1 for whatever it is. meta and body are canonical JSON as text.
// status:   ok | replayed | reused | conflict | taken | empty. Only ok writes; no verdict fails a neighbour.
//
// Everything an item depends on (stream, command id, reservations) is locked first, in one sorted order, before the
// transaction has written anything: so groups never deadlock, and the statement after the locks sees all there is.
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

create function es.lock_keys(p_items json) returns table (key bigint) language sql immutable as $$
  select hashtextextended(k, 4201)
  from json_to_recordset(p_items) as item(command_id uuid, actor text, tenant_id uuid, stream_id text, reserve json, release json),
  lateral (
    select 'stream ' || item.stream_id as k
    union all select 'command ' || item.command_id || ' ' || item.actor
    union all select 'reservation ' || json_build_array(item.tenant_id, r.namespace, r.key)::text
              from json_to_recordset(item.reserve) as r(namespace text, key text)
    union all select 'reservation ' || json_build_array(item.tenant_id, r.namespace, r.key)::text
              from json_to_recordset(item.release) as r(namespace text, key text)
  ) keys
$$;

create function es.append_group(p_items json, p_events json)
returns table (item int, status text, stream_id text, from_version bigint, to_version bigint, event_ids uuid[],
               recorded_at timestamptz, detail text)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
-- A plan made while the tables were empty must not scan them once they are not.
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
#variable_conflict use_column
declare
  v_keys bigint[];
  v_key bigint;
  v_now timestamptz;
begin
  if pg_current_xact_id_if_assigned() is not null or current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'an append is the first write of a READ COMMITTED transaction' using errcode = 'ES412';
  end if;
  select array_agg(key order by key) into v_keys from es.lock_keys(p_items);
  if (select count(distinct k) from unnest(v_keys) k) <> cardinality(v_keys) then
    raise exception 'two items of a group share a stream, a command id or a reservation' using errcode = 'ES422';
  end if;
  foreach v_key in array coalesce(v_keys, '{}') loop
    perform pg_advisory_xact_lock(v_key);
  end loop;
  v_now := clock_timestamp();

  return query
  with given_item as materialized (
    select x.* from json_to_recordset(p_items) as x(i int, command_id uuid, actor text, request_hash text, tenant_id uuid,
      stream_id text, stream_type text, expected bigint, meta text, reserve json, release json)
  ), given_event as materialized (
    select x.* from rows from (json_to_recordset(p_events) as (i int, event_id uuid, type text, version smallint, body text))
      with ordinality as x(i, event_id, type, version, body, ordinal)
  ), claim as materialized (
    select g.i, g.tenant_id, g.stream_id, r.namespace, r.key
    from given_item g, json_to_recordset(g.reserve) as r(namespace text, key text)
  ), judged as materialized (
    select g.*, coalesce(s.version, 0) as current_version, amount.n,
      known.stream_id as known_stream, known.from_version as known_from, known.to_version as known_to, taken.namespace as taken_namespace,
      case
        when amount.n = 0 then 'empty'
        when known.command_id is not null then
          case when known.request_hash = decode(g.request_hash, 'hex') then 'replayed' else 'reused' end
        when s.tenant_id <> g.tenant_id or s.stream_type <> g.stream_type then 'conflict'
        when g.expected >= 0 and coalesce(s.version, 0) <> g.expected then 'conflict'
        when taken.namespace is not null then 'taken'
        else 'ok'
      end as verdict
    from given_item g
    cross join lateral (select count(*) as n from given_event e where e.i = g.i) amount
    -- "limit 1" keeps each of these a look-up by key, whatever the planner believes about the number of items.
    left join lateral (select * from es.streams where stream_id = g.stream_id limit 1) s on true
    left join lateral (select * from es.appends where actor = g.actor and command_id = g.command_id limit 1) known on true
    left join lateral (
      select c.namespace from claim c
      cross join lateral (select 1 from es.reservations r where r.tenant_id = c.tenant_id and r.namespace = c.namespace
                          and r.key = c.key and r.stream_id <> c.stream_id limit 1) held
      where c.i = g.i limit 1
    ) taken on true
  ), numbered as materialized (
    select j.tenant_id, j.stream_id, e.event_id, e.type, e.version, e.ordinal, j.i,
           j.current_version + row_number() over (partition by e.i order by e.ordinal) as stream_version,
           convert_to(e.body, 'UTF8') as body, convert_to(j.meta, 'UTF8') as meta
    from given_event e join judged j on j.i = e.i and j.verdict = 'ok'
    where e.body::json is not null and j.meta::json is not null
  ), moved_stream as (
    insert into es.streams (stream_id, tenant_id, stream_type, version)
    select j.stream_id, j.tenant_id, j.stream_type, j.current_version + j.n from judged j where j.verdict = 'ok'
    on conflict on constraint streams_pkey do update set version = excluded.version
  ), written as (
    insert into es.events (event_id, tenant_id, stream_id, stream_version, event_type, schema_version, body, meta, recorded_at)
    select n.event_id, n.tenant_id, n.stream_id, n.stream_version, n.type, n.version, n.body, n.meta, v_now from numbered n
  ), queued as (
    insert into es.pending (event_id, recorded_at, tenant_id, stream_id, stream_version, event_type, leaf_hash)
    select n.event_id, v_now, n.tenant_id, n.stream_id, n.stream_version, n.type,
           es.leaf_hash(n.event_id, n.tenant_id, n.stream_id, n.stream_version, n.type, n.version, v_now, n.meta, n.body)
    from numbered n order by n.ordinal
  ), remembered as (
    insert into es.appends (actor, command_id, request_hash, stream_id, from_version, to_version, recorded_at)
    select j.actor, j.command_id, decode(j.request_hash, 'hex'), j.stream_id, j.current_version + 1, j.current_version + j.n, v_now
    from judged j where j.verdict = 'ok'
  ), reserved as (
    insert into es.reservations (tenant_id, namespace, key, stream_id, reserved_at)
    select c.tenant_id, c.namespace, c.key, c.stream_id, v_now
    from claim c join judged j on j.i = c.i and j.verdict = 'ok'
    on conflict on constraint reservations_pkey do nothing
  ), released as (
    delete from es.reservations where ctid = any (array(
      select held.ctid from judged j
      cross join lateral json_to_recordset(j.release) as gone(namespace text, key text)
      cross join lateral (select r.ctid from es.reservations r where r.tenant_id = j.tenant_id and r.namespace = gone.namespace
                          and r.key = gone.key and r.stream_id = j.stream_id limit 1) held
      where j.verdict = 'ok'))
  )
  select j.i, j.verdict, coalesce(j.known_stream, j.stream_id),
    case j.verdict when 'ok' then j.current_version + 1 when 'replayed' then j.known_from end,
    case j.verdict when 'ok' then j.current_version + j.n when 'replayed' then j.known_to else j.current_version end,
    case j.verdict
      when 'ok' then array(select n.event_id from numbered n where n.i = j.i order by n.ordinal)
      when 'replayed' then array(select e.event_id from es.events e where e.stream_id = j.known_stream
                                 and e.stream_version between j.known_from and j.known_to order by e.stream_version)
    end,
    v_now, j.taken_namespace
  from judged j;
end $$;
`;
