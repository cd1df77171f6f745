-- The schema after all migrations, as pg_dump 15 writes it. Generated: npm run schema -w @muster/migrations
-- Monthly partitions of es.events are left out; each is made, with its triggers, by es.ensure_partition.

--
-- PostgreSQL database dump
--

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: es; Type: SCHEMA; Schema: -; Owner: muster_owner
--

CREATE SCHEMA es;

ALTER SCHEMA es OWNER TO muster_owner;

--
-- Name: muster; Type: SCHEMA; Schema: -; Owner: muster_owner
--

CREATE SCHEMA muster;

ALTER SCHEMA muster OWNER TO muster_owner;

--
-- Name: vault; Type: SCHEMA; Schema: -; Owner: muster_owner
--

CREATE SCHEMA vault;

ALTER SCHEMA vault OWNER TO muster_owner;

--
-- Name: append_group(uuid[], text[], bytea[], uuid[], text[], text[], bigint[], text[], integer[], uuid[], text[], smallint[], text[], integer[], text[], text[], integer[], text[], text[]); Type: FUNCTION; Schema: es; Owner: muster_owner
--

CREATE FUNCTION es.append_group(p_command_ids uuid[], p_actors text[], p_request_hashes bytea[], p_tenant_ids uuid[], p_stream_ids text[], p_stream_types text[], p_expected bigint[], p_metas text[], p_event_counts integer[], p_event_ids uuid[], p_event_types text[], p_schema_versions smallint[], p_bodies text[], p_reserve_items integer[], p_reserve_namespaces text[], p_reserve_keys text[], p_release_items integer[], p_release_namespaces text[], p_release_keys text[]) RETURNS TABLE(item integer, status text, stream_id text, from_version bigint, to_version bigint, event_ids uuid[], recorded_at timestamp with time zone, detail text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
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

ALTER FUNCTION es.append_group(p_command_ids uuid[], p_actors text[], p_request_hashes bytea[], p_tenant_ids uuid[], p_stream_ids text[], p_stream_types text[], p_expected bigint[], p_metas text[], p_event_counts integer[], p_event_ids uuid[], p_event_types text[], p_schema_versions smallint[], p_bodies text[], p_reserve_items integer[], p_reserve_namespaces text[], p_reserve_keys text[], p_release_items integer[], p_release_namespaces text[], p_release_keys text[]) OWNER TO muster_owner;

--
-- Name: ensure_partition(date); Type: FUNCTION; Schema: es; Owner: muster_owner
--

CREATE FUNCTION es.ensure_partition(month date) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  first_day date := date_trunc('month', month);
  partition_name text := 'events_' || to_char(month, 'YYYY_MM');
begin
  if to_regclass('es.' || partition_name) is not null then return; end if;
  perform set_config('muster.ensuring_partition', 'es.' || partition_name, true);
  execute format('create table es.%I partition of es.events for values from (%L) to (%L)', partition_name,
                 first_day::timestamp at time zone 'UTC', (first_day + interval '1 month')::timestamp at time zone 'UTC');
  perform es.protect(format('es.%I', partition_name)::regclass);
  perform set_config('muster.ensuring_partition', '', true);
end $$;

ALTER FUNCTION es.ensure_partition(month date) OWNER TO muster_owner;

--
-- Name: ensure_partitions(); Type: FUNCTION; Schema: es; Owner: muster_owner
--

CREATE FUNCTION es.ensure_partitions() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  perform pg_advisory_xact_lock(hashtextextended('es.ensure_partitions', 4201));
  perform es.ensure_partition(((now() at time zone 'UTC') + make_interval(months => ahead))::date) from generate_series(0, 3) ahead;
end $$;

ALTER FUNCTION es.ensure_partitions() OWNER TO muster_owner;

--
-- Name: grow_tree(bigint, bigint, smallint[], bigint[], bytea[], bytea, text); Type: FUNCTION; Schema: es; Owner: muster_owner
--

CREATE FUNCTION es.grow_tree(p_from bigint, p_to bigint, p_levels smallint[], p_indexes bigint[], p_hashes bytea[], p_root bytea, p_note text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if p_to <= p_from or p_to > (select size from es.log_state) then
    raise exception 'a tree of % leaves cannot grow to %', p_from, p_to using errcode = 'ES422';
  end if;
  update es.tree_state set size = p_to where size = p_from;
  if not found then return false; end if;
  insert into es.tiles (level, index, hashes)
    select * from unnest(p_levels, p_indexes, p_hashes)
    on conflict (level, index) do update set hashes = excluded.hashes;
  insert into es.checkpoints (size, root, note) values (p_to, p_root, p_note);
  return true;
end $$;

ALTER FUNCTION es.grow_tree(p_from bigint, p_to bigint, p_levels smallint[], p_indexes bigint[], p_hashes bytea[], p_root bytea, p_note text) OWNER TO muster_owner;

--
-- Name: leaf_hash(uuid, uuid, text, bigint, text, smallint, timestamp with time zone, bytea, bytea); Type: FUNCTION; Schema: es; Owner: muster_owner
--

CREATE FUNCTION es.leaf_hash(event_id uuid, tenant_id uuid, stream_id text, stream_version bigint, event_type text, schema_version smallint, recorded_at timestamp with time zone, meta bytea, body bytea) RETURNS bytea
    LANGUAGE sql STABLE
    AS $$
  select sha256('\x00'::bytea || 'muster/event/v1'::bytea || '\x00'::bytea
    || uuid_send(event_id) || uuid_send(tenant_id) || int8send(stream_version) || int2send(schema_version)
    || int8send((extract(epoch from recorded_at) * 1000000)::bigint)
    || int4send(octet_length(convert_to(stream_id, 'UTF8'))) || convert_to(stream_id, 'UTF8')
    || int4send(octet_length(convert_to(event_type, 'UTF8'))) || convert_to(event_type, 'UTF8')
    || sha256(meta) || sha256(body))
$$;

ALTER FUNCTION es.leaf_hash(event_id uuid, tenant_id uuid, stream_id text, stream_version bigint, event_type text, schema_version smallint, recorded_at timestamp with time zone, meta bytea, body bytea) OWNER TO muster_owner;

--
-- Name: name_log(text); Type: FUNCTION; Schema: es; Owner: muster_owner
--

CREATE FUNCTION es.name_log(p_origin text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
  update es.log_state set origin = p_origin
    where origin <> p_origin and not exists (select 1 from es.checkpoints) and p_origin ~ '^[^[:space:]+]{1,120}$';
  return exists (select 1 from es.log_state where origin = p_origin);
end $_$;

ALTER FUNCTION es.name_log(p_origin text) OWNER TO muster_owner;

--
-- Name: note_ddl(); Type: FUNCTION; Schema: es; Owner: postgres
--

CREATE FUNCTION es.note_ddl() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  insert into es.ddl_alerts (who, tag, object, statement)
    select session_user, c.command_tag, c.object_identity, left(coalesce(current_query(), ''), 2000)
    from pg_event_trigger_ddl_commands() c
    where (c.schema_name = 'es' or c.object_identity like '%es.%')
      and strpos(c.object_identity, coalesce(nullif(current_setting('muster.ensuring_partition', true), ''), '?')) = 0;
end $$;

ALTER FUNCTION es.note_ddl() OWNER TO postgres;

--
-- Name: note_drop(); Type: FUNCTION; Schema: es; Owner: postgres
--

CREATE FUNCTION es.note_drop() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  insert into es.ddl_alerts (who, tag, object, statement)
    select session_user, tg_tag, o.object_identity, left(coalesce(current_query(), ''), 2000)
    from pg_event_trigger_dropped_objects() o where o.schema_name = 'es' and not o.is_temporary;
end $$;

ALTER FUNCTION es.note_drop() OWNER TO postgres;

--
-- Name: protect(regclass); Type: FUNCTION; Schema: es; Owner: muster_owner
--

CREATE FUNCTION es.protect(relation regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  execute format('create trigger append_only before update or delete or truncate on %s
                  for each statement execute function es.refuse_change()', relation);
  execute format('alter table %s enable always trigger append_only', relation);
  if (select relkind from pg_class where oid = relation) = 'r' then
    -- Logical replication changes rows without a statement.
    execute format('create trigger append_only_row before update or delete on %s
                    for each row execute function es.refuse_change()', relation);
    execute format('alter table %s enable always trigger append_only_row', relation);
  end if;
end $$;

ALTER FUNCTION es.protect(relation regclass) OWNER TO muster_owner;

--
-- Name: refuse_change(); Type: FUNCTION; Schema: es; Owner: muster_owner
--

CREATE FUNCTION es.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  raise exception '% on %.% is forbidden: the ledger is append-only', tg_op, tg_table_schema, tg_table_name
    using errcode = 'ES403';
end $$;

ALTER FUNCTION es.refuse_change() OWNER TO muster_owner;

--
-- Name: refuse_rewrite(); Type: FUNCTION; Schema: es; Owner: muster_owner
--

CREATE FUNCTION es.refuse_rewrite() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if tg_op <> 'UPDATE' then
    raise exception '% on %.% is forbidden', tg_op, tg_table_schema, tg_table_name using errcode = 'ES403';
  end if;
  if new.level <> old.level or new.index <> old.index
     or substring(new.hashes from 1 for octet_length(old.hashes)) <> old.hashes then
    raise exception 'a tile only gets longer' using errcode = 'ES403';
  end if;
  return new;
end $$;

ALTER FUNCTION es.refuse_rewrite() OWNER TO muster_owner;

--
-- Name: refuse_shrink(); Type: FUNCTION; Schema: es; Owner: muster_owner
--

CREATE FUNCTION es.refuse_shrink() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if new.size < old.size then
    raise exception '%.% only grows', tg_table_schema, tg_table_name using errcode = 'ES403';
  end if;
  return new;
end $$;

ALTER FUNCTION es.refuse_shrink() OWNER TO muster_owner;

--
-- Name: sequence_pending(integer); Type: FUNCTION; Schema: es; Owner: muster_owner
--

CREATE FUNCTION es.sequence_pending(p_limit integer) RETURNS TABLE(from_position bigint, to_position bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET jit TO 'off'
    AS $$
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

ALTER FUNCTION es.sequence_pending(p_limit integer) OWNER TO muster_owner;

--
-- Name: asking(); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.asking() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
  select coalesce(current_setting('muster.actor', true), '')
$$;

ALTER FUNCTION muster.asking() OWNER TO muster_owner;

--
-- Name: bans_ensure_month(date); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.bans_ensure_month(day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  first_day date := date_trunc('month', day);
  partition_name text := 'bans_ban_log_' || to_char(day, 'YYYY_MM');
begin
  if to_regclass('muster.' || partition_name) is not null then return; end if;
  if first_day < now() - interval '25 months' or first_day > now() + interval '3 months' then return; end if;
  perform pg_advisory_xact_lock(hashtextextended('muster.bans_ensure_month', 4201));
  if to_regclass('muster.' || partition_name) is not null then return; end if;
  execute format('create table muster.%I partition of muster.bans_ban_log for values from (%L) to (%L)', partition_name,
                 first_day::timestamp at time zone 'UTC', (first_day + interval '1 month')::timestamp at time zone 'UTC');
exception when check_violation then
  -- Lines of that month came before its partition and lie in the default one; they are found there.
  null;
end $$;

ALTER FUNCTION muster.bans_ensure_month(day date) OWNER TO muster_owner;

--
-- Name: bans_forget_month(date); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.bans_forget_month(month date) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    declare
      partition_name text := 'bans_ban_log_' || to_char(month, 'YYYY_MM');
      lines bigint;
    begin
      if month > date_trunc('month', now()) - interval '2 months' then
        raise exception 'The ban log of % is too young to be forgotten', to_char(month, 'YYYY-MM');
      end if;
      if to_regclass('muster.' || partition_name) is null then return null; end if;
      execute format('select count(*) from muster.%I', partition_name) into lines;
      execute format('drop table muster.%I', partition_name);
      return lines;
    end $$;

ALTER FUNCTION muster.bans_forget_month(month date) OWNER TO muster_owner;

--
-- Name: bans_months(); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.bans_months() RETURNS SETOF date
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
      select to_date(right(relid::text, 7), 'YYYY_MM')
      from pg_partition_tree('muster.bans_ban_log') where isleaf and relid::text ~ 'bans_ban_log_[0-9]{4}_[0-9]{2}$'
      order by 1
    $_$;

ALTER FUNCTION muster.bans_months() OWNER TO muster_owner;

--
-- Name: client_days(uuid, jsonb, timestamp with time zone, integer); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.client_days(client uuid, places jsonb, first timestamp with time zone, days integer) RETURNS TABLE(at timestamp with time zone, server_id uuid, check_id text, severity text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

ALTER FUNCTION muster.client_days(client uuid, places jsonb, first timestamp with time zone, days integer) OWNER TO muster_owner;

--
-- Name: client_findings(uuid, jsonb, timestamp with time zone); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.client_findings(client uuid, places jsonb, moment timestamp with time zone) RETURNS TABLE(finding_id uuid, server_id uuid, server text, own boolean, check_id text, severity text, site text, evidence jsonb, opened_at timestamp with time zone, accepted_until timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select f.finding_id, f.server_id, f.server, f.own, f.check_id, f.severity, f.site, f.evidence, f.opened_at, f.accepted_until
  from muster.findings_of_client(client, places, moment, null) f
  where muster.sees_all() or 'client:' || client = any(muster.scope_list())
$$;

ALTER FUNCTION muster.client_findings(client uuid, places jsonb, moment timestamp with time zone) OWNER TO muster_owner;

--
-- Name: client_judged(uuid, jsonb, timestamp with time zone); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.client_judged(client uuid, places jsonb, moment timestamp with time zone) RETURNS TABLE(server_id uuid, server text, judged boolean, judged_at timestamp with time zone, not_known integer)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

ALTER FUNCTION muster.client_judged(client uuid, places jsonb, moment timestamp with time zone) OWNER TO muster_owner;

--
-- Name: client_of_site(uuid, text, timestamp with time zone); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.client_of_site(server uuid, site text, moment timestamp with time zone) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select case when moment is null then s.client_id else (
      select p.client_id from muster.clients_site_spans p
      where p.site_id = s.site_id and p.since <= moment and (p.until is null or p.until > moment)
      order by p.since desc limit 1) end
  from muster.clients_sites s where s.server_id = server and s.name = site and s.removed_at is null
$$;

ALTER FUNCTION muster.client_of_site(server uuid, site text, moment timestamp with time zone) OWNER TO muster_owner;

--
-- Name: client_servers(uuid); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.client_servers(client uuid) RETURNS TABLE(server_id uuid, name text, own boolean, heard_at timestamp with time zone, answers boolean, managed boolean, enforced boolean, looked_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

ALTER FUNCTION muster.client_servers(client uuid) OWNER TO muster_owner;

--
-- Name: findings_of_client(uuid, jsonb, timestamp with time zone, text); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.findings_of_client(client uuid, places jsonb, moment timestamp with time zone, wanted text) RETURNS TABLE(finding_id uuid, server_id uuid, server text, own boolean, check_id text, subject text, severity text, site text, evidence jsonb, opened_at timestamp with time zone, accepted_until timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

ALTER FUNCTION muster.findings_of_client(client uuid, places jsonb, moment timestamp with time zone, wanted text) OWNER TO muster_owner;

--
-- Name: holds_sites(uuid, uuid, text[], timestamp with time zone); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.holds_sites(client uuid, server uuid, sites text[], moment timestamp with time zone) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select coalesce(bool_and(muster.client_of_site(server, site, moment) is not distinct from client), false)
  from unnest(sites) as site
$$;

ALTER FUNCTION muster.holds_sites(client uuid, server uuid, sites text[], moment timestamp with time zone) OWNER TO muster_owner;

--
-- Name: jails_in(text[]); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.jails_in(scopes text[]) RETURNS TABLE(client_id uuid, server_id uuid, jail text, since timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

ALTER FUNCTION muster.jails_in(scopes text[]) OWNER TO muster_owner;

--
-- Name: outside_keep(uuid, jsonb, double precision); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.outside_keep(server uuid, reports jsonb, next_seconds double precision) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

ALTER FUNCTION muster.outside_keep(server uuid, reports jsonb, next_seconds double precision) OWNER TO muster_owner;

--
-- Name: outside_next(double precision); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.outside_next(lease_seconds double precision) RETURNS TABLE(server uuid, seen_from text, claimed text[], hostname text, listening jsonb, names text[], signing jsonb)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

ALTER FUNCTION muster.outside_next(lease_seconds double precision) OWNER TO muster_owner;

--
-- Name: runs_servers(); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.runs_servers() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select exists (select 1 from muster.servers_in(
    array(select scope from unnest(muster.scope_list()) scope where not starts_with(scope, 'client:'))))
$$;

ALTER FUNCTION muster.runs_servers() OWNER TO muster_owner;

--
-- Name: scope_list(); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.scope_list() RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
  select string_to_array(coalesce(current_setting('muster.scopes', true), ''), ',')
$$;

ALTER FUNCTION muster.scope_list() OWNER TO muster_owner;

--
-- Name: scopes_holding(uuid, text[]); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.scopes_holding(server uuid, scopes text[]) RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with candidate (scope) as (
    select 'server:' || server
    union select 'group:' || m.group_id from muster.servers_group_members m where m.server_id = server
    union select 'tag:' || tag from muster.servers_servers s, unnest(s.tags) tag where s.server_id = server
    union select 'client:' || o.client_id from muster.clients_servers o where o.server_id = server
  )
  select scope from unnest(scopes) scope
  where scope = 'fleet'
    or (scope in (select c.scope from candidate c)
      and exists (select 1 from muster.servers_in(array[scope]) id where id = server))
$$;

ALTER FUNCTION muster.scopes_holding(server uuid, scopes text[]) OWNER TO muster_owner;

--
-- Name: sees_all(); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.sees_all() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
  select coalesce(current_setting('muster.scopes', true), '') in ('fleet', 'system')
$$;

ALTER FUNCTION muster.sees_all() OWNER TO muster_owner;

--
-- Name: servers_in(text[]); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.servers_in(scopes text[]) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

ALTER FUNCTION muster.servers_in(scopes text[]) OWNER TO muster_owner;

--
-- Name: servers_of_client(uuid, timestamp with time zone); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.servers_of_client(client uuid, moment timestamp with time zone) RETURNS TABLE(server_id uuid, server text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select s.server_id, s.name from muster.servers_servers s
  where (moment is not null or not s.retired) and s.server_id in (
    select o.server_id from muster.clients_servers o where o.client_id = client
    union
    select t.server_id from muster.clients_sites t where moment is null and t.client_id = client and t.removed_at is null
    union
    select p.server_id from muster.clients_site_spans p
    where p.client_id = client and p.since <= moment and (p.until is null or p.until > moment))
$$;

ALTER FUNCTION muster.servers_of_client(client uuid, moment timestamp with time zone) OWNER TO muster_owner;

--
-- Name: sites_of_finding(uuid, jsonb, jsonb); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.sites_of_finding(server uuid, evidence jsonb, place jsonb) RETURNS text[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
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
$_$;

ALTER FUNCTION muster.sites_of_finding(server uuid, evidence jsonb, place jsonb) OWNER TO muster_owner;

--
-- Name: visible_jails(); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.visible_jails() RETURNS TABLE(server_id uuid, jail text, since timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select server_id, jail, since from muster.jails_in(muster.scope_list())
$$;

ALTER FUNCTION muster.visible_jails() OWNER TO muster_owner;

--
-- Name: visible_servers(); Type: FUNCTION; Schema: muster; Owner: muster_owner
--

CREATE FUNCTION muster.visible_servers() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select * from muster.servers_in(muster.scope_list())
$$;

ALTER FUNCTION muster.visible_servers() OWNER TO muster_owner;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: appends; Type: TABLE; Schema: es; Owner: muster_owner
--

CREATE TABLE es.appends (
    actor text NOT NULL COLLATE pg_catalog."C",
    command_id uuid NOT NULL,
    request_hash bytea NOT NULL,
    stream_id text NOT NULL COLLATE pg_catalog."C",
    from_version bigint NOT NULL,
    to_version bigint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    CONSTRAINT appends_request_hash_check CHECK ((octet_length(request_hash) = 32))
);

ALTER TABLE es.appends OWNER TO muster_owner;

--
-- Name: checkpoints; Type: TABLE; Schema: es; Owner: muster_owner
--

CREATE TABLE es.checkpoints (
    size bigint NOT NULL,
    root bytea NOT NULL,
    note text NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT checkpoints_root_check CHECK ((octet_length(root) = 32)),
    CONSTRAINT checkpoints_size_check CHECK ((size > 0))
);

ALTER TABLE es.checkpoints OWNER TO muster_owner;

--
-- Name: ddl_alerts; Type: TABLE; Schema: es; Owner: muster_owner
--

CREATE TABLE es.ddl_alerts (
    alert_id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    who text NOT NULL,
    tag text NOT NULL,
    object text NOT NULL,
    statement text NOT NULL
);

ALTER TABLE es.ddl_alerts OWNER TO muster_owner;

--
-- Name: ddl_alerts_alert_id_seq; Type: SEQUENCE; Schema: es; Owner: muster_owner
--

ALTER TABLE es.ddl_alerts ALTER COLUMN alert_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME es.ddl_alerts_alert_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: events; Type: TABLE; Schema: es; Owner: muster_owner
--

CREATE TABLE es.events (
    event_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    stream_id text NOT NULL COLLATE pg_catalog."C",
    stream_version bigint NOT NULL,
    event_type text NOT NULL,
    schema_version smallint NOT NULL,
    body bytea NOT NULL,
    meta bytea NOT NULL,
    recorded_at timestamp with time zone NOT NULL
)
PARTITION BY RANGE (recorded_at);

ALTER TABLE es.events OWNER TO muster_owner;

--
-- Name: ledger; Type: TABLE; Schema: es; Owner: muster_owner
--

CREATE TABLE es.ledger (
    "position" bigint NOT NULL,
    event_id uuid NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    tenant_id uuid NOT NULL,
    stream_id text NOT NULL COLLATE pg_catalog."C",
    stream_version bigint NOT NULL,
    event_type text NOT NULL,
    leaf_hash bytea NOT NULL,
    CONSTRAINT ledger_leaf_hash_check CHECK ((octet_length(leaf_hash) = 32)),
    CONSTRAINT ledger_position_check CHECK (("position" >= 0))
);

ALTER TABLE es.ledger OWNER TO muster_owner;

--
-- Name: log_state; Type: TABLE; Schema: es; Owner: muster_owner
--

CREATE TABLE es.log_state (
    only_row boolean DEFAULT true NOT NULL,
    origin text NOT NULL,
    size bigint DEFAULT 0 NOT NULL,
    CONSTRAINT log_state_only_row_check CHECK (only_row),
    CONSTRAINT log_state_size_check CHECK ((size >= 0))
);

ALTER TABLE es.log_state OWNER TO muster_owner;

--
-- Name: pending; Type: TABLE; Schema: es; Owner: muster_owner
--

CREATE TABLE es.pending (
    seq bigint NOT NULL,
    event_id uuid NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    tenant_id uuid NOT NULL,
    stream_id text NOT NULL COLLATE pg_catalog."C",
    stream_version bigint NOT NULL,
    event_type text NOT NULL,
    leaf_hash bytea NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='2000', autovacuum_vacuum_cost_delay='0');

ALTER TABLE es.pending OWNER TO muster_owner;

--
-- Name: pending_seq_seq; Type: SEQUENCE; Schema: es; Owner: muster_owner
--

ALTER TABLE es.pending ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME es.pending_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: readable_events; Type: VIEW; Schema: es; Owner: muster_owner
--

CREATE VIEW es.readable_events AS
 SELECT l."position",
    e.event_id,
    e.tenant_id,
    e.stream_id,
    e.stream_version,
    e.event_type,
    e.schema_version,
    e.recorded_at,
    (convert_from(e.body, 'UTF8'::name))::jsonb AS data,
    (convert_from(e.meta, 'UTF8'::name))::jsonb AS meta
   FROM (es.ledger l
     JOIN es.events e ON (((e.event_id = l.event_id) AND (e.recorded_at = l.recorded_at))));

ALTER TABLE es.readable_events OWNER TO muster_owner;

--
-- Name: reservations; Type: TABLE; Schema: es; Owner: muster_owner
--

CREATE TABLE es.reservations (
    tenant_id uuid NOT NULL,
    namespace text NOT NULL COLLATE pg_catalog."C",
    key text NOT NULL COLLATE pg_catalog."C",
    stream_id text NOT NULL COLLATE pg_catalog."C",
    reserved_at timestamp with time zone NOT NULL
);

ALTER TABLE es.reservations OWNER TO muster_owner;

--
-- Name: streams; Type: TABLE; Schema: es; Owner: muster_owner
--

CREATE TABLE es.streams (
    stream_id text NOT NULL COLLATE pg_catalog."C",
    tenant_id uuid NOT NULL,
    stream_type text NOT NULL,
    version bigint NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT streams_version_check CHECK ((version > 0))
);

ALTER TABLE es.streams OWNER TO muster_owner;

--
-- Name: subscriptions; Type: TABLE; Schema: es; Owner: muster_owner
--

CREATE TABLE es.subscriptions (
    name text NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    "position" bigint NOT NULL,
    status text DEFAULT 'running'::text NOT NULL,
    failed_position bigint,
    failure text,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT subscriptions_check CHECK (((status = 'paused'::text) = (failure IS NOT NULL))),
    CONSTRAINT subscriptions_position_check CHECK (("position" >= '-1'::integer)),
    CONSTRAINT subscriptions_status_check CHECK ((status = ANY (ARRAY['running'::text, 'paused'::text])))
);

ALTER TABLE es.subscriptions OWNER TO muster_owner;

--
-- Name: COLUMN subscriptions."position"; Type: COMMENT; Schema: es; Owner: muster_owner
--

COMMENT ON COLUMN es.subscriptions."position" IS 'last position that was handled; -1 before the first';

--
-- Name: tiles; Type: TABLE; Schema: es; Owner: muster_owner
--

CREATE TABLE es.tiles (
    level smallint NOT NULL,
    index bigint NOT NULL,
    hashes bytea NOT NULL,
    CONSTRAINT tiles_hashes_check CHECK ((((octet_length(hashes) >= 32) AND (octet_length(hashes) <= 8192)) AND ((octet_length(hashes) % 32) = 0))),
    CONSTRAINT tiles_index_check CHECK ((index >= 0)),
    CONSTRAINT tiles_level_check CHECK (((level >= 0) AND (level <= 7)))
);
ALTER TABLE ONLY es.tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

ALTER TABLE es.tiles OWNER TO muster_owner;

--
-- Name: tree_state; Type: TABLE; Schema: es; Owner: muster_owner
--

CREATE TABLE es.tree_state (
    only_row boolean DEFAULT true NOT NULL,
    size bigint DEFAULT 0 NOT NULL,
    CONSTRAINT tree_state_only_row_check CHECK (only_row),
    CONSTRAINT tree_state_size_check CHECK ((size >= 0))
);

ALTER TABLE es.tree_state OWNER TO muster_owner;

--
-- Name: witness_cosignatures; Type: TABLE; Schema: es; Owner: muster_owner
--

CREATE TABLE es.witness_cosignatures (
    size bigint NOT NULL,
    witness_id text NOT NULL COLLATE pg_catalog."C",
    key_id text NOT NULL,
    root bytea NOT NULL,
    signature bytea NOT NULL,
    cosigned_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT witness_cosignatures_root_check CHECK ((octet_length(root) = 32)),
    CONSTRAINT witness_cosignatures_signature_check CHECK ((octet_length(signature) = 64))
);

ALTER TABLE es.witness_cosignatures OWNER TO muster_owner;

--
-- Name: access_break_glass; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_break_glass (
    break_glass_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    reason text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    ended_at timestamp with time zone
);

ALTER TABLE ONLY muster.access_break_glass FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.access_break_glass OWNER TO muster_owner;

--
-- Name: access_challenges; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_challenges (
    challenge_id uuid NOT NULL,
    kind text NOT NULL,
    person_id uuid,
    payload bytea,
    attempts integer DEFAULT 0 NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    session_id uuid,
    CONSTRAINT access_challenges_kind_check CHECK ((kind = ANY (ARRAY['sign-in'::text, 'set-up'::text, 'passkey'::text, 'step-up'::text, 'entry'::text, 'enrol-totp'::text, 'enrol-passkey'::text])))
);

ALTER TABLE muster.access_challenges OWNER TO muster_owner;

--
-- Name: access_credentials; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_credentials (
    person_id uuid NOT NULL,
    password_hash text,
    totp_secret bytea,
    totp_step bigint DEFAULT 0 NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    password_set_at timestamp with time zone,
    totp_since timestamp with time zone,
    recovery_issued_at timestamp with time zone
);

ALTER TABLE muster.access_credentials OWNER TO muster_owner;

--
-- Name: access_devices; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_devices (
    device_hash bytea NOT NULL,
    person_id uuid NOT NULL,
    used_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE muster.access_devices OWNER TO muster_owner;

--
-- Name: access_grants; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_grants (
    grant_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    holder_id uuid NOT NULL,
    role text NOT NULL,
    scope jsonb NOT NULL,
    scope_key text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    until timestamp with time zone,
    reason text NOT NULL,
    given_by text NOT NULL,
    given_at timestamp with time zone NOT NULL,
    given_position bigint NOT NULL,
    ended_at timestamp with time zone,
    ended_why text,
    warned_days integer,
    CONSTRAINT access_grants_ended_why_check CHECK ((ended_why = ANY (ARRAY['revoked'::text, 'expired'::text, 'reviewed'::text, 'offboarded'::text])))
);

ALTER TABLE ONLY muster.access_grants FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.access_grants OWNER TO muster_owner;

--
-- Name: access_links; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_links (
    link_hash bytea NOT NULL,
    person_id uuid NOT NULL,
    purpose text NOT NULL,
    reset_second_factor boolean NOT NULL,
    made_by uuid NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT access_links_purpose_check CHECK ((purpose = ANY (ARRAY['invitation'::text, 'recovery'::text])))
);

ALTER TABLE muster.access_links OWNER TO muster_owner;

--
-- Name: access_networks; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_networks (
    tenant_id uuid NOT NULL,
    rules jsonb DEFAULT '[]'::jsonb NOT NULL,
    api_stopped_at timestamp with time zone,
    api_stopped_by text,
    api_stopped_why text,
    opened_at timestamp with time zone,
    opened_why text
);

ALTER TABLE ONLY muster.access_networks FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.access_networks OWNER TO muster_owner;

--
-- Name: access_owner_links; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_owner_links (
    link_hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);

ALTER TABLE muster.access_owner_links OWNER TO muster_owner;

--
-- Name: access_passkeys; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_passkeys (
    passkey_id uuid NOT NULL,
    person_id uuid NOT NULL,
    credential_id text NOT NULL,
    public_key bytea NOT NULL,
    counter bigint NOT NULL,
    transports text[] NOT NULL,
    synced boolean NOT NULL,
    name text NOT NULL,
    added_at timestamp with time zone DEFAULT now() NOT NULL,
    used_at timestamp with time zone
);

ALTER TABLE muster.access_passkeys OWNER TO muster_owner;

--
-- Name: access_people; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_people (
    person_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    email_tag text NOT NULL,
    time_zone text NOT NULL,
    role text NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    state text DEFAULT 'active'::text NOT NULL,
    CONSTRAINT access_people_state_check CHECK ((state = ANY (ARRAY['invited'::text, 'active'::text])))
);

ALTER TABLE ONLY muster.access_people FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.access_people OWNER TO muster_owner;

--
-- Name: access_recovery_codes; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_recovery_codes (
    person_id uuid NOT NULL,
    code_tag text NOT NULL,
    used_at timestamp with time zone
);

ALTER TABLE muster.access_recovery_codes OWNER TO muster_owner;

--
-- Name: access_refusals; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_refusals (
    source_tag text NOT NULL,
    minute timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    accounts text[] DEFAULT '{}'::text[] NOT NULL,
    digested boolean DEFAULT false NOT NULL
);

ALTER TABLE muster.access_refusals OWNER TO muster_owner;

--
-- Name: access_roles; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_roles (
    role_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    sentence text NOT NULL,
    permissions text[] NOT NULL,
    removed_at timestamp with time zone
);

ALTER TABLE muster.access_roles OWNER TO muster_owner;

--
-- Name: access_service_accounts; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_service_accounts (
    account_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    purpose text NOT NULL,
    owner_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    review_by timestamp with time zone NOT NULL,
    reviewed_at timestamp with time zone NOT NULL,
    flags text[] DEFAULT '{}'::text[] NOT NULL,
    retired_at timestamp with time zone
);

ALTER TABLE ONLY muster.access_service_accounts FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.access_service_accounts OWNER TO muster_owner;

--
-- Name: access_sessions; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_sessions (
    session_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    factor text NOT NULL,
    factor_at timestamp with time zone NOT NULL,
    source_tag text NOT NULL,
    source text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    used_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    device text,
    next_token_hash bytea,
    token_issued_at timestamp with time zone DEFAULT now() NOT NULL,
    previous_token_hash bytea,
    replaced_at timestamp with time zone
);

ALTER TABLE muster.access_sessions OWNER TO muster_owner;

--
-- Name: access_sign_in_policy; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_sign_in_policy (
    tenant_id uuid NOT NULL,
    policy jsonb NOT NULL
);

ALTER TABLE muster.access_sign_in_policy OWNER TO muster_owner;

--
-- Name: access_throttle; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_throttle (
    subject text NOT NULL,
    failures integer NOT NULL,
    not_before timestamp with time zone NOT NULL
);

ALTER TABLE muster.access_throttle OWNER TO muster_owner;

--
-- Name: access_token_keys; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_token_keys (
    token_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    used_at timestamp with time zone,
    used_from text,
    refused_at timestamp with time zone
);

ALTER TABLE ONLY muster.access_token_keys FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.access_token_keys OWNER TO muster_owner;

--
-- Name: access_token_policy; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_token_policy (
    tenant_id uuid NOT NULL,
    policy jsonb NOT NULL
);

ALTER TABLE ONLY muster.access_token_policy FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.access_token_policy OWNER TO muster_owner;

--
-- Name: access_tokens; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.access_tokens (
    token_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    holder_id uuid NOT NULL,
    holder_kind text NOT NULL,
    name text NOT NULL,
    may jsonb NOT NULL,
    networks text[] NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    ended_why text,
    CONSTRAINT access_tokens_ended_why_check CHECK ((ended_why = ANY (ARRAY['revoked'::text, 'expired'::text, 'offboarded'::text, 'retired'::text]))),
    CONSTRAINT access_tokens_holder_kind_check CHECK ((holder_kind = ANY (ARRAY['person'::text, 'service-account'::text])))
);

ALTER TABLE ONLY muster.access_tokens FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.access_tokens OWNER TO muster_owner;

--
-- Name: audit_entries; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.audit_entries (
    "position" bigint NOT NULL,
    tenant_id uuid NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    type text NOT NULL,
    class text NOT NULL,
    actor text NOT NULL,
    actor_kind text NOT NULL,
    server_id uuid,
    operation_id uuid,
    routine boolean NOT NULL,
    client_id uuid
);

ALTER TABLE ONLY muster.audit_entries FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.audit_entries OWNER TO muster_owner;

--
-- Name: audit_tasks; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.audit_tasks (
    task_id uuid NOT NULL,
    server_id uuid NOT NULL,
    operation_id uuid NOT NULL
);

ALTER TABLE muster.audit_tasks OWNER TO muster_owner;

--
-- Name: bans_ban_log; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.bans_ban_log (
    at timestamp with time zone NOT NULL,
    line_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    server_id uuid,
    place text,
    what text NOT NULL,
    address inet,
    by_kind text NOT NULL,
    by_name text NOT NULL,
    failures integer,
    ban_seconds integer,
    until timestamp with time zone,
    source text NOT NULL,
    block_id uuid
)
PARTITION BY RANGE (at);

ALTER TABLE ONLY muster.bans_ban_log FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.bans_ban_log OWNER TO muster_owner;

--
-- Name: bans_ban_log_other; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.bans_ban_log_other (
    at timestamp with time zone NOT NULL,
    line_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    server_id uuid,
    place text,
    what text NOT NULL,
    address inet,
    by_kind text NOT NULL,
    by_name text NOT NULL,
    failures integer,
    ban_seconds integer,
    until timestamp with time zone,
    source text NOT NULL,
    block_id uuid
);

ALTER TABLE muster.bans_ban_log_other OWNER TO muster_owner;

--
-- Name: bans_blocks; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.bans_blocks (
    block_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    stream_id text NOT NULL,
    range inet NOT NULL,
    target jsonb NOT NULL,
    until timestamp with time zone,
    reason text NOT NULL,
    blocked_by text NOT NULL,
    blocked_by_kind text NOT NULL,
    blocked_at timestamp with time zone NOT NULL,
    operation_id uuid NOT NULL,
    ended_at timestamp with time zone,
    ended_why text,
    CONSTRAINT bans_blocks_ended_why_check CHECK ((ended_why = ANY (ARRAY['lifted'::text, 'expired'::text])))
);

ALTER TABLE ONLY muster.bans_blocks FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.bans_blocks OWNER TO muster_owner;

--
-- Name: bans_desired; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.bans_desired (
    server_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    confirmed boolean NOT NULL,
    managed boolean NOT NULL,
    withdrawn boolean NOT NULL,
    revision bigint NOT NULL,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
)
WITH (fillfactor='70');

ALTER TABLE ONLY muster.bans_desired FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.bans_desired OWNER TO muster_owner;

--
-- Name: bans_desired_blocks; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.bans_desired_blocks (
    block_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    range text NOT NULL,
    target jsonb NOT NULL,
    until timestamp with time zone
);

ALTER TABLE muster.bans_desired_blocks OWNER TO muster_owner;

--
-- Name: bans_desired_groups; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.bans_desired_groups (
    group_id uuid NOT NULL,
    server_id uuid NOT NULL
);

ALTER TABLE ONLY muster.bans_desired_groups FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.bans_desired_groups OWNER TO muster_owner;

--
-- Name: bans_desired_protections; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.bans_desired_protections (
    entry_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    range text NOT NULL
);

ALTER TABLE muster.bans_desired_protections OWNER TO muster_owner;

--
-- Name: bans_desired_tasks; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.bans_desired_tasks (
    task_id uuid NOT NULL,
    server_id uuid NOT NULL,
    operation_id uuid NOT NULL,
    kind text NOT NULL,
    revision bigint,
    asked_at timestamp with time zone NOT NULL,
    CONSTRAINT bans_desired_tasks_kind_check CHECK ((kind = ANY (ARRAY['apply'::text, 'snapshot'::text, 'manage'::text])))
);

ALTER TABLE ONLY muster.bans_desired_tasks FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.bans_desired_tasks OWNER TO muster_owner;

--
-- Name: bans_desired_version; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.bans_desired_version (
    only_row boolean DEFAULT true NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT bans_desired_version_only_row_check CHECK (only_row)
);

ALTER TABLE muster.bans_desired_version OWNER TO muster_owner;

--
-- Name: bans_enforcements; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.bans_enforcements (
    task_id uuid NOT NULL,
    server_id uuid NOT NULL,
    operation_id uuid NOT NULL,
    revision bigint NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    enforced_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY muster.bans_enforcements FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.bans_enforcements OWNER TO muster_owner;

--
-- Name: bans_fail2ban; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.bans_fail2ban (
    server_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    version text,
    running boolean,
    why text
);

ALTER TABLE ONLY muster.bans_fail2ban FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.bans_fail2ban OWNER TO muster_owner;

--
-- Name: bans_held; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.bans_held (
    server_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    heard_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    revision bigint NOT NULL,
    hash text,
    blocks integer NOT NULL,
    protected integer NOT NULL,
    fail2ban_synced boolean,
    problem text,
    matches boolean,
    differs_since timestamp with time zone,
    drift_told text
)
WITH (fillfactor='70');

ALTER TABLE ONLY muster.bans_held FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.bans_held OWNER TO muster_owner;

--
-- Name: bans_jails; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.bans_jails (
    server_id uuid NOT NULL,
    jail text NOT NULL,
    at timestamp with time zone NOT NULL,
    banned inet[] NOT NULL,
    banned_total bigint NOT NULL,
    failed_total bigint NOT NULL,
    max_retry integer,
    find_seconds integer,
    ban_seconds integer,
    logs text[] DEFAULT '{}'::text[] NOT NULL
);

ALTER TABLE ONLY muster.bans_jails FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.bans_jails OWNER TO muster_owner;

--
-- Name: bans_protections; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.bans_protections (
    entry_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    range inet NOT NULL,
    label text NOT NULL,
    origin text NOT NULL,
    kind text NOT NULL,
    owner uuid,
    reason text,
    until timestamp with time zone,
    since timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT bans_protections_origin_check CHECK ((origin = ANY (ARRAY['system'::text, 'person'::text])))
);

ALTER TABLE ONLY muster.bans_protections FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.bans_protections OWNER TO muster_owner;

--
-- Name: clients_clients; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.clients_clients (
    client_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    external_ref text,
    limits jsonb NOT NULL,
    archived_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY muster.clients_clients FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.clients_clients OWNER TO muster_owner;

--
-- Name: clients_found; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.clients_found (
    server_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    report timestamp with time zone NOT NULL,
    sha256 text,
    sources jsonb NOT NULL
);

ALTER TABLE ONLY muster.clients_found FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.clients_found OWNER TO muster_owner;

--
-- Name: clients_found_sites; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.clients_found_sites (
    server_id uuid NOT NULL,
    name text NOT NULL,
    facts jsonb NOT NULL,
    logs text[] NOT NULL,
    seen_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY muster.clients_found_sites FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.clients_found_sites OWNER TO muster_owner;

--
-- Name: clients_people; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.clients_people (
    tenant_id uuid NOT NULL,
    external_ref text NOT NULL,
    client_id uuid NOT NULL,
    person_id uuid NOT NULL,
    role text NOT NULL
);

ALTER TABLE ONLY muster.clients_people FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.clients_people OWNER TO muster_owner;

--
-- Name: clients_rules; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.clients_rules (
    tenant_id uuid NOT NULL,
    rules jsonb NOT NULL,
    set_at timestamp with time zone NOT NULL,
    set_by text NOT NULL
);

ALTER TABLE ONLY muster.clients_rules FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.clients_rules OWNER TO muster_owner;

--
-- Name: clients_servers; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.clients_servers (
    server_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    client_id uuid NOT NULL,
    since timestamp with time zone NOT NULL
);

ALTER TABLE ONLY muster.clients_servers FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.clients_servers OWNER TO muster_owner;

--
-- Name: clients_site_spans; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.clients_site_spans (
    site_id uuid NOT NULL,
    server_id uuid,
    client_id uuid NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone
);

ALTER TABLE ONLY muster.clients_site_spans FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.clients_site_spans OWNER TO muster_owner;

--
-- Name: clients_sites; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.clients_sites (
    site_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    server_id uuid,
    external_ref text,
    client_id uuid,
    assigned_by text,
    how text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    removed_at timestamp with time zone,
    CONSTRAINT clients_sites_assigned_by_check CHECK ((assigned_by = ANY (ARRAY['hand'::text, 'import'::text, 'rule'::text]))),
    CONSTRAINT clients_sites_how_check CHECK ((how = ANY (ARRAY['found'::text, 'hand'::text, 'import'::text])))
);

ALTER TABLE ONLY muster.clients_sites FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.clients_sites OWNER TO muster_owner;

--
-- Name: operations_cancels; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.operations_cancels (
    task_id uuid NOT NULL,
    server_id uuid NOT NULL,
    requested_at timestamp with time zone DEFAULT now() NOT NULL,
    envelope_body bytea,
    envelope_signature text,
    envelope_key text
);

ALTER TABLE ONLY muster.operations_cancels FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.operations_cancels OWNER TO muster_owner;

--
-- Name: operations_holds; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.operations_holds (
    hold_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    reason text NOT NULL,
    epoch integer NOT NULL,
    backup_taken_at timestamp with time zone NOT NULL,
    size bigint NOT NULL,
    began_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone
);

ALTER TABLE ONLY muster.operations_holds FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.operations_holds OWNER TO muster_owner;

--
-- Name: operations_journals; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.operations_journals (
    hold_id uuid NOT NULL,
    server_id uuid NOT NULL,
    head_origin text,
    head_size bigint,
    lost integer NOT NULL,
    collected_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY muster.operations_journals FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.operations_journals OWNER TO muster_owner;

--
-- Name: operations_lanes; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.operations_lanes (
    server_id uuid NOT NULL,
    lane text NOT NULL,
    seq bigint NOT NULL
)
WITH (fillfactor='70');

ALTER TABLE muster.operations_lanes OWNER TO muster_owner;

--
-- Name: operations_lost_actions; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.operations_lost_actions (
    hold_id uuid NOT NULL,
    server_id uuid NOT NULL,
    task_id uuid NOT NULL,
    state text NOT NULL,
    task text,
    actor text,
    at timestamp with time zone NOT NULL,
    outcome text
);

ALTER TABLE ONLY muster.operations_lost_actions FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.operations_lost_actions OWNER TO muster_owner;

--
-- Name: operations_operations; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.operations_operations (
    operation_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    number bigint NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    caused_by uuid NOT NULL,
    actor text NOT NULL,
    actor_kind text NOT NULL,
    reason text,
    servers integer NOT NULL,
    requested_event uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    cancel_requested boolean DEFAULT false NOT NULL,
    finished_at timestamp with time zone
);

ALTER TABLE ONLY muster.operations_operations FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.operations_operations OWNER TO muster_owner;

--
-- Name: operations_operations_number_seq; Type: SEQUENCE; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.operations_operations ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME muster.operations_operations_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: operations_stops; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.operations_stops (
    stop_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    reason text NOT NULL,
    stopped_by text NOT NULL,
    began_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone
);

ALTER TABLE ONLY muster.operations_stops FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.operations_stops OWNER TO muster_owner;

--
-- Name: operations_tasks; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.operations_tasks (
    task_id uuid NOT NULL,
    place bigint NOT NULL,
    tenant_id uuid NOT NULL,
    operation_id uuid NOT NULL,
    server_id uuid NOT NULL,
    lane text NOT NULL,
    task text NOT NULL,
    args jsonb NOT NULL,
    state text NOT NULL,
    version integer NOT NULL,
    attempt integer NOT NULL,
    retry_of uuid,
    actor text NOT NULL,
    seq bigint,
    not_before timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    released_at timestamp with time zone,
    signed_at timestamp with time zone,
    accepted_at timestamp with time zone,
    finished_at timestamp with time zone,
    error text,
    envelope_body bytea,
    envelope_signature text,
    envelope_key text,
    receipt_body bytea,
    receipt_signature text,
    receipt_key text
)
WITH (fillfactor='80');

ALTER TABLE ONLY muster.operations_tasks FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.operations_tasks OWNER TO muster_owner;

--
-- Name: operations_tasks_place_seq; Type: SEQUENCE; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.operations_tasks ALTER COLUMN place ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME muster.operations_tasks_place_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: platform_commands; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.platform_commands (
    actor text NOT NULL COLLATE pg_catalog."C",
    command_id uuid NOT NULL,
    request_hash text NOT NULL,
    answer jsonb NOT NULL,
    answered_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE muster.platform_commands OWNER TO muster_owner;

--
-- Name: posture_approvals; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_approvals (
    server_id uuid NOT NULL,
    kind text NOT NULL,
    item text NOT NULL,
    tenant_id uuid NOT NULL,
    owner text NOT NULL,
    reason text NOT NULL,
    approved_at timestamp with time zone NOT NULL,
    review_at timestamp with time zone NOT NULL,
    program text
);

ALTER TABLE ONLY muster.posture_approvals FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.posture_approvals OWNER TO muster_owner;

--
-- Name: COLUMN posture_approvals.program; Type: COMMENT; Schema: muster; Owner: muster_owner
--

COMMENT ON COLUMN muster.posture_approvals.program IS 'Of a port: who listened when it was approved; nobody answers for another';

--
-- Name: posture_coverage; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_coverage (
    server_id uuid NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone,
    tenant_id uuid NOT NULL,
    asked jsonb,
    uncovered jsonb NOT NULL
);

ALTER TABLE ONLY muster.posture_coverage FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.posture_coverage OWNER TO muster_owner;

--
-- Name: posture_duties; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_duties (
    tenant_id uuid NOT NULL,
    duty text NOT NULL,
    about text NOT NULL,
    target jsonb NOT NULL,
    done_on date NOT NULL,
    actor text NOT NULL,
    note text NOT NULL,
    attested_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY muster.posture_duties FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.posture_duties OWNER TO muster_owner;

--
-- Name: posture_finding_notes; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_finding_notes (
    "position" bigint NOT NULL,
    tenant_id uuid NOT NULL,
    server_id uuid NOT NULL,
    finding_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    taken boolean,
    comment text,
    CONSTRAINT posture_finding_notes_check CHECK (((taken IS NULL) <> (comment IS NULL)))
);

ALTER TABLE ONLY muster.posture_finding_notes FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.posture_finding_notes OWNER TO muster_owner;

--
-- Name: posture_findings; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_findings (
    finding_id uuid NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone,
    tenant_id uuid NOT NULL,
    server_id uuid NOT NULL,
    check_id text NOT NULL,
    subject text,
    area text NOT NULL,
    severity text NOT NULL,
    evidence jsonb NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    opened_position bigint NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    observed_at timestamp with time zone NOT NULL,
    waiver_id uuid,
    closed_by jsonb,
    CONSTRAINT posture_findings_severity_check CHECK ((severity = ANY (ARRAY['critical'::text, 'high'::text, 'medium'::text, 'low'::text])))
);

ALTER TABLE ONLY muster.posture_findings FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.posture_findings OWNER TO muster_owner;

--
-- Name: COLUMN posture_findings.closed_by; Type: COMMENT; Schema: muster; Owner: muster_owner
--

COMMENT ON COLUMN muster.posture_findings.closed_by IS 'The approval that closed it at to_at; null when it is open, mended or gone';

--
-- Name: posture_groups; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_groups (
    group_id uuid NOT NULL,
    server_id uuid NOT NULL
);

ALTER TABLE muster.posture_groups OWNER TO muster_owner;

--
-- Name: posture_host_changes; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_host_changes (
    "position" bigint NOT NULL,
    tenant_id uuid NOT NULL,
    server_id uuid NOT NULL,
    kind text NOT NULL,
    appeared text[] NOT NULL,
    gone text[] NOT NULL,
    operation_id uuid,
    at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY muster.posture_host_changes FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.posture_host_changes OWNER TO muster_owner;

--
-- Name: posture_intake; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_intake (
    finding_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    server_id uuid NOT NULL,
    check_id text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    decision_id uuid,
    decision text,
    owner text,
    due_at timestamp with time zone,
    decided_at timestamp with time zone,
    CONSTRAINT posture_intake_decision_check CHECK ((decision = ANY (ARRAY['accepted'::text, 'assigned'::text, 'opened'::text])))
);

ALTER TABLE ONLY muster.posture_intake FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.posture_intake OWNER TO muster_owner;

--
-- Name: posture_inventory; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_inventory (
    server_id uuid NOT NULL,
    kind text NOT NULL,
    item text NOT NULL,
    tenant_id uuid NOT NULL,
    sort text NOT NULL,
    facts jsonb NOT NULL,
    first_seen timestamp with time zone NOT NULL,
    attention text,
    to_explain boolean NOT NULL,
    stands_out text
)
WITH (fillfactor='80');

ALTER TABLE ONLY muster.posture_inventory FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.posture_inventory OWNER TO muster_owner;

--
-- Name: posture_inventory_readings; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_inventory_readings (
    server_id uuid NOT NULL,
    kind text NOT NULL,
    tenant_id uuid NOT NULL,
    basis text NOT NULL,
    read_at timestamp with time zone NOT NULL,
    complete boolean NOT NULL
);

ALTER TABLE ONLY muster.posture_inventory_readings FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.posture_inventory_readings OWNER TO muster_owner;

--
-- Name: posture_judgements; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_judgements (
    server_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    due_at timestamp with time zone,
    judged_at timestamp with time zone,
    policy integer DEFAULT 0 NOT NULL,
    version bigint DEFAULT 0 NOT NULL,
    state jsonb,
    catalogue integer DEFAULT 0 NOT NULL,
    first_at timestamp with time zone
)
WITH (fillfactor='70');

ALTER TABLE ONLY muster.posture_judgements FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.posture_judgements OWNER TO muster_owner;

--
-- Name: COLUMN posture_judgements.catalogue; Type: COMMENT; Schema: muster; Owner: muster_owner
--

COMMENT ON COLUMN muster.posture_judgements.catalogue IS 'Version of the checks, which come with the software';

--
-- Name: COLUMN posture_judgements.first_at; Type: COMMENT; Schema: muster; Owner: muster_owner
--

COMMENT ON COLUMN muster.posture_judgements.first_at IS 'What is found for a while after is the intake of the server';

--
-- Name: posture_outside_reports; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_outside_reports (
    server_id uuid NOT NULL,
    probe text NOT NULL,
    tenant_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    sha256 text NOT NULL,
    report jsonb NOT NULL,
    CONSTRAINT posture_outside_reports_probe_check CHECK ((probe ~~ 'outside-%'::text))
);

ALTER TABLE ONLY muster.posture_outside_reports FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.posture_outside_reports OWNER TO muster_owner;

--
-- Name: posture_outside_turns; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_outside_turns (
    server_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL
)
WITH (fillfactor='70');

ALTER TABLE ONLY muster.posture_outside_turns FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.posture_outside_turns OWNER TO muster_owner;

--
-- Name: posture_policies; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_policies (
    version integer NOT NULL,
    tenant_id uuid NOT NULL,
    sha256 text NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    imported_at timestamp with time zone NOT NULL,
    "values" jsonb NOT NULL
);

ALTER TABLE ONLY muster.posture_policies FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.posture_policies OWNER TO muster_owner;

--
-- Name: posture_reports; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_reports (
    server_id uuid NOT NULL,
    probe text NOT NULL,
    tenant_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    heard_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    sha256 text NOT NULL,
    report jsonb NOT NULL
);

ALTER TABLE ONLY muster.posture_reports FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.posture_reports OWNER TO muster_owner;

--
-- Name: posture_scores; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_scores (
    server_id uuid NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone,
    tenant_id uuid NOT NULL,
    score numeric(5,2) NOT NULL,
    critical integer NOT NULL,
    high integer NOT NULL,
    medium integer NOT NULL,
    low integer NOT NULL,
    accepted integer NOT NULL,
    unknown integer NOT NULL,
    areas jsonb NOT NULL
)
WITH (fillfactor='80');

ALTER TABLE ONLY muster.posture_scores FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.posture_scores OWNER TO muster_owner;

--
-- Name: posture_waiver_findings; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_waiver_findings (
    waiver_id uuid NOT NULL,
    finding_id uuid NOT NULL
);

ALTER TABLE muster.posture_waiver_findings OWNER TO muster_owner;

--
-- Name: posture_waivers; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.posture_waivers (
    waiver_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    check_id text NOT NULL,
    target jsonb NOT NULL,
    subject text,
    owner text NOT NULL,
    reason text NOT NULL,
    state text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    approved_by text,
    ended_at timestamp with time zone,
    ended_why text,
    warned boolean DEFAULT false NOT NULL,
    CONSTRAINT posture_waivers_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'standing'::text, 'ended'::text])))
);

ALTER TABLE ONLY muster.posture_waivers FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.posture_waivers OWNER TO muster_owner;

--
-- Name: releases_rollouts; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.releases_rollouts (
    rollout_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    version text NOT NULL,
    canary integer NOT NULL,
    step integer NOT NULL,
    window_seconds integer NOT NULL,
    reason text NOT NULL,
    state text DEFAULT 'running'::text NOT NULL,
    because text,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT releases_rollouts_state_check CHECK ((state = ANY (ARRAY['running'::text, 'finished'::text, 'stopped'::text])))
);

ALTER TABLE ONLY muster.releases_rollouts FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.releases_rollouts OWNER TO muster_owner;

--
-- Name: releases_waves; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.releases_waves (
    rollout_id uuid NOT NULL,
    wave integer NOT NULL,
    tenant_id uuid NOT NULL,
    operation_id uuid NOT NULL,
    servers integer NOT NULL,
    proven integer DEFAULT 0 NOT NULL,
    failed integer DEFAULT 0 NOT NULL,
    missed integer DEFAULT 0 NOT NULL,
    started_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY muster.releases_waves FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.releases_waves OWNER TO muster_owner;

--
-- Name: reviews_items; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.reviews_items (
    review_id uuid NOT NULL,
    item_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    thing_id uuid NOT NULL,
    holder_id uuid NOT NULL,
    facts text[] NOT NULL,
    last_used_at timestamp with time zone,
    decision text,
    reason text,
    decided_by text,
    decided_at timestamp with time zone,
    CONSTRAINT reviews_items_decision_check CHECK ((decision = ANY (ARRAY['kept'::text, 'revoked'::text]))),
    CONSTRAINT reviews_items_kind_check CHECK ((kind = ANY (ARRAY['account'::text, 'grant'::text, 'token'::text])))
);

ALTER TABLE ONLY muster.reviews_items FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.reviews_items OWNER TO muster_owner;

--
-- Name: reviews_reviews; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.reviews_reviews (
    review_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    owner_id uuid,
    about uuid,
    items integer NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    opened_position bigint NOT NULL,
    due_at timestamp with time zone NOT NULL,
    overdue_at timestamp with time zone,
    attested_at timestamp with time zone,
    attested_by uuid,
    statement text,
    CONSTRAINT reviews_reviews_kind_check CHECK ((kind = ANY (ARRAY['access'::text, 'break-glass'::text])))
);

ALTER TABLE ONLY muster.reviews_reviews FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.reviews_reviews OWNER TO muster_owner;

--
-- Name: servers_barred; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.servers_barred (
    server_id uuid NOT NULL,
    capability text NOT NULL,
    why text NOT NULL
);

ALTER TABLE ONLY muster.servers_barred FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.servers_barred OWNER TO muster_owner;

--
-- Name: servers_batches; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.servers_batches (
    server_id uuid NOT NULL,
    seq bigint NOT NULL
)
WITH (fillfactor='70');

ALTER TABLE muster.servers_batches OWNER TO muster_owner;

--
-- Name: servers_capabilities; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.servers_capabilities (
    server_id uuid NOT NULL,
    capability text NOT NULL,
    mode text NOT NULL,
    CONSTRAINT servers_capabilities_mode_check CHECK ((mode = ANY (ARRAY['observe'::text, 'managed'::text])))
);

ALTER TABLE ONLY muster.servers_capabilities FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.servers_capabilities OWNER TO muster_owner;

--
-- Name: servers_enrolments; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.servers_enrolments (
    enrolment_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    token_hash bytea,
    name text,
    group_ids uuid[] NOT NULL,
    simulated boolean NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    downloaded_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    server_id uuid,
    enrolled_at timestamp with time zone,
    connected_at timestamp with time zone,
    confirmed_at timestamp with time zone
);

ALTER TABLE ONLY muster.servers_enrolments FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.servers_enrolments OWNER TO muster_owner;

--
-- Name: servers_gateways; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.servers_gateways (
    gateway_id uuid NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    beat_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE muster.servers_gateways OWNER TO muster_owner;

--
-- Name: servers_group_members; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.servers_group_members (
    group_id uuid NOT NULL,
    server_id uuid NOT NULL
);

ALTER TABLE ONLY muster.servers_group_members FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.servers_group_members OWNER TO muster_owner;

--
-- Name: servers_groups; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.servers_groups (
    group_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    name text NOT NULL
);

ALTER TABLE ONLY muster.servers_groups FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.servers_groups OWNER TO muster_owner;

--
-- Name: servers_inventory; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.servers_inventory (
    server_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    facts jsonb NOT NULL,
    sha256 text NOT NULL
);

ALTER TABLE ONLY muster.servers_inventory FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.servers_inventory OWNER TO muster_owner;

--
-- Name: servers_presence; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.servers_presence (
    server_id uuid NOT NULL,
    gateway_id uuid,
    session_id uuid,
    connected_at timestamp with time zone,
    heard_at timestamp with time zone NOT NULL,
    boot_id text NOT NULL,
    agent_version text NOT NULL,
    machine_hash text NOT NULL,
    address inet,
    clock_skew_ms double precision,
    spooled integer DEFAULT 0 NOT NULL,
    silent boolean DEFAULT false NOT NULL,
    silent_since timestamp with time zone,
    speaks text[] DEFAULT '{}'::text[] NOT NULL,
    dropped_at timestamp with time zone
)
WITH (fillfactor='70');

ALTER TABLE ONLY muster.servers_presence FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.servers_presence OWNER TO muster_owner;

--
-- Name: servers_servers; Type: TABLE; Schema: muster; Owner: muster_owner
--

CREATE TABLE muster.servers_servers (
    server_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    hostname text NOT NULL,
    enrolment_id uuid NOT NULL,
    agent_key text NOT NULL,
    host_key text,
    sealing_key text,
    fingerprint text NOT NULL,
    machine_hash text NOT NULL,
    agent_version text NOT NULL,
    offers text[] NOT NULL,
    observe_only boolean NOT NULL,
    simulated boolean NOT NULL,
    confirmed boolean DEFAULT false NOT NULL,
    quarantined boolean DEFAULT false NOT NULL,
    retired boolean DEFAULT false NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    enrolled_at timestamp with time zone NOT NULL,
    key_since timestamp with time zone,
    former_keys text[] DEFAULT '{}'::text[] NOT NULL,
    rotation_id uuid,
    rotation_asked_at timestamp with time zone,
    misused_at timestamp with time zone,
    misused_from text
);

ALTER TABLE ONLY muster.servers_servers FORCE ROW LEVEL SECURITY;

ALTER TABLE muster.servers_servers OWNER TO muster_owner;

--
-- Name: data_keys; Type: TABLE; Schema: vault; Owner: muster_owner
--

CREATE TABLE vault.data_keys (
    wrapping_key text NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE vault.data_keys OWNER TO muster_owner;

--
-- Name: erased_subjects; Type: TABLE; Schema: vault; Owner: muster_owner
--

CREATE TABLE vault.erased_subjects (
    subject_id uuid NOT NULL,
    erased_at timestamp with time zone NOT NULL
);

ALTER TABLE vault.erased_subjects OWNER TO muster_owner;

--
-- Name: subject_keys; Type: TABLE; Schema: vault; Owner: muster_owner
--

CREATE TABLE vault.subject_keys (
    subject_id uuid NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE vault.subject_keys OWNER TO muster_owner;

--
-- Name: bans_ban_log_other; Type: TABLE ATTACH; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.bans_ban_log ATTACH PARTITION muster.bans_ban_log_other DEFAULT;

--
-- Name: appends appends_pkey; Type: CONSTRAINT; Schema: es; Owner: muster_owner
--

ALTER TABLE ONLY es.appends
    ADD CONSTRAINT appends_pkey PRIMARY KEY (actor, command_id);

--
-- Name: checkpoints checkpoints_pkey; Type: CONSTRAINT; Schema: es; Owner: muster_owner
--

ALTER TABLE ONLY es.checkpoints
    ADD CONSTRAINT checkpoints_pkey PRIMARY KEY (size);

--
-- Name: ddl_alerts ddl_alerts_pkey; Type: CONSTRAINT; Schema: es; Owner: muster_owner
--

ALTER TABLE ONLY es.ddl_alerts
    ADD CONSTRAINT ddl_alerts_pkey PRIMARY KEY (alert_id);

--
-- Name: events events_pkey; Type: CONSTRAINT; Schema: es; Owner: muster_owner
--

ALTER TABLE ONLY es.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (event_id, recorded_at);

--
-- Name: events events_stream_id_stream_version_recorded_at_key; Type: CONSTRAINT; Schema: es; Owner: muster_owner
--

ALTER TABLE ONLY es.events
    ADD CONSTRAINT events_stream_id_stream_version_recorded_at_key UNIQUE (stream_id, stream_version, recorded_at);

--
-- Name: ledger ledger_pkey; Type: CONSTRAINT; Schema: es; Owner: muster_owner
--

ALTER TABLE ONLY es.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY ("position");

--
-- Name: log_state log_state_pkey; Type: CONSTRAINT; Schema: es; Owner: muster_owner
--

ALTER TABLE ONLY es.log_state
    ADD CONSTRAINT log_state_pkey PRIMARY KEY (only_row);

--
-- Name: pending pending_pkey; Type: CONSTRAINT; Schema: es; Owner: muster_owner
--

ALTER TABLE ONLY es.pending
    ADD CONSTRAINT pending_pkey PRIMARY KEY (seq);

--
-- Name: reservations reservations_pkey; Type: CONSTRAINT; Schema: es; Owner: muster_owner
--

ALTER TABLE ONLY es.reservations
    ADD CONSTRAINT reservations_pkey PRIMARY KEY (tenant_id, namespace, key);

--
-- Name: streams streams_pkey; Type: CONSTRAINT; Schema: es; Owner: muster_owner
--

ALTER TABLE ONLY es.streams
    ADD CONSTRAINT streams_pkey PRIMARY KEY (stream_id);

--
-- Name: subscriptions subscriptions_pkey; Type: CONSTRAINT; Schema: es; Owner: muster_owner
--

ALTER TABLE ONLY es.subscriptions
    ADD CONSTRAINT subscriptions_pkey PRIMARY KEY (name, version);

--
-- Name: tiles tiles_pkey; Type: CONSTRAINT; Schema: es; Owner: muster_owner
--

ALTER TABLE ONLY es.tiles
    ADD CONSTRAINT tiles_pkey PRIMARY KEY (level, index);

--
-- Name: tree_state tree_state_pkey; Type: CONSTRAINT; Schema: es; Owner: muster_owner
--

ALTER TABLE ONLY es.tree_state
    ADD CONSTRAINT tree_state_pkey PRIMARY KEY (only_row);

--
-- Name: witness_cosignatures witness_cosignatures_pkey; Type: CONSTRAINT; Schema: es; Owner: muster_owner
--

ALTER TABLE ONLY es.witness_cosignatures
    ADD CONSTRAINT witness_cosignatures_pkey PRIMARY KEY (size, witness_id);

--
-- Name: access_break_glass access_break_glass_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_break_glass
    ADD CONSTRAINT access_break_glass_pkey PRIMARY KEY (break_glass_id);

--
-- Name: access_challenges access_challenges_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_challenges
    ADD CONSTRAINT access_challenges_pkey PRIMARY KEY (challenge_id);

--
-- Name: access_credentials access_credentials_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_credentials
    ADD CONSTRAINT access_credentials_pkey PRIMARY KEY (person_id);

--
-- Name: access_devices access_devices_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_devices
    ADD CONSTRAINT access_devices_pkey PRIMARY KEY (device_hash, person_id);

--
-- Name: access_grants access_grants_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_grants
    ADD CONSTRAINT access_grants_pkey PRIMARY KEY (grant_id);

--
-- Name: access_links access_links_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_links
    ADD CONSTRAINT access_links_pkey PRIMARY KEY (link_hash);

--
-- Name: access_networks access_networks_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_networks
    ADD CONSTRAINT access_networks_pkey PRIMARY KEY (tenant_id);

--
-- Name: access_owner_links access_owner_links_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_owner_links
    ADD CONSTRAINT access_owner_links_pkey PRIMARY KEY (link_hash);

--
-- Name: access_passkeys access_passkeys_credential_id_key; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_passkeys
    ADD CONSTRAINT access_passkeys_credential_id_key UNIQUE (credential_id);

--
-- Name: access_passkeys access_passkeys_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_passkeys
    ADD CONSTRAINT access_passkeys_pkey PRIMARY KEY (passkey_id);

--
-- Name: access_people access_people_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_people
    ADD CONSTRAINT access_people_pkey PRIMARY KEY (person_id);

--
-- Name: access_people access_people_tenant_id_email_tag_key; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_people
    ADD CONSTRAINT access_people_tenant_id_email_tag_key UNIQUE (tenant_id, email_tag);

--
-- Name: access_recovery_codes access_recovery_codes_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_recovery_codes
    ADD CONSTRAINT access_recovery_codes_pkey PRIMARY KEY (person_id, code_tag);

--
-- Name: access_refusals access_refusals_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_refusals
    ADD CONSTRAINT access_refusals_pkey PRIMARY KEY (source_tag, minute);

--
-- Name: access_roles access_roles_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_roles
    ADD CONSTRAINT access_roles_pkey PRIMARY KEY (role_id);

--
-- Name: access_service_accounts access_service_accounts_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_service_accounts
    ADD CONSTRAINT access_service_accounts_pkey PRIMARY KEY (account_id);

--
-- Name: access_sessions access_sessions_next_token_hash_key; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_sessions
    ADD CONSTRAINT access_sessions_next_token_hash_key UNIQUE (next_token_hash);

--
-- Name: access_sessions access_sessions_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_sessions
    ADD CONSTRAINT access_sessions_pkey PRIMARY KEY (session_id);

--
-- Name: access_sessions access_sessions_previous_token_hash_key; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_sessions
    ADD CONSTRAINT access_sessions_previous_token_hash_key UNIQUE (previous_token_hash);

--
-- Name: access_sessions access_sessions_token_hash_key; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_sessions
    ADD CONSTRAINT access_sessions_token_hash_key UNIQUE (token_hash);

--
-- Name: access_sign_in_policy access_sign_in_policy_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_sign_in_policy
    ADD CONSTRAINT access_sign_in_policy_pkey PRIMARY KEY (tenant_id);

--
-- Name: access_throttle access_throttle_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_throttle
    ADD CONSTRAINT access_throttle_pkey PRIMARY KEY (subject);

--
-- Name: access_token_keys access_token_keys_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_token_keys
    ADD CONSTRAINT access_token_keys_pkey PRIMARY KEY (token_id);

--
-- Name: access_token_keys access_token_keys_token_hash_key; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_token_keys
    ADD CONSTRAINT access_token_keys_token_hash_key UNIQUE (token_hash);

--
-- Name: access_token_policy access_token_policy_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_token_policy
    ADD CONSTRAINT access_token_policy_pkey PRIMARY KEY (tenant_id);

--
-- Name: access_tokens access_tokens_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.access_tokens
    ADD CONSTRAINT access_tokens_pkey PRIMARY KEY (token_id);

--
-- Name: audit_entries audit_entries_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.audit_entries
    ADD CONSTRAINT audit_entries_pkey PRIMARY KEY ("position");

--
-- Name: audit_tasks audit_tasks_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.audit_tasks
    ADD CONSTRAINT audit_tasks_pkey PRIMARY KEY (task_id);

--
-- Name: bans_ban_log bans_ban_log_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.bans_ban_log
    ADD CONSTRAINT bans_ban_log_pkey PRIMARY KEY (at, line_id);

--
-- Name: bans_ban_log_other bans_ban_log_other_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.bans_ban_log_other
    ADD CONSTRAINT bans_ban_log_other_pkey PRIMARY KEY (at, line_id);

--
-- Name: bans_blocks bans_blocks_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.bans_blocks
    ADD CONSTRAINT bans_blocks_pkey PRIMARY KEY (block_id);

--
-- Name: bans_desired_blocks bans_desired_blocks_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.bans_desired_blocks
    ADD CONSTRAINT bans_desired_blocks_pkey PRIMARY KEY (block_id);

--
-- Name: bans_desired_groups bans_desired_groups_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.bans_desired_groups
    ADD CONSTRAINT bans_desired_groups_pkey PRIMARY KEY (group_id, server_id);

--
-- Name: bans_desired bans_desired_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.bans_desired
    ADD CONSTRAINT bans_desired_pkey PRIMARY KEY (server_id);

--
-- Name: bans_desired_protections bans_desired_protections_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.bans_desired_protections
    ADD CONSTRAINT bans_desired_protections_pkey PRIMARY KEY (entry_id);

--
-- Name: bans_desired_tasks bans_desired_tasks_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.bans_desired_tasks
    ADD CONSTRAINT bans_desired_tasks_pkey PRIMARY KEY (task_id);

--
-- Name: bans_desired_version bans_desired_version_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.bans_desired_version
    ADD CONSTRAINT bans_desired_version_pkey PRIMARY KEY (only_row);

--
-- Name: bans_enforcements bans_enforcements_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.bans_enforcements
    ADD CONSTRAINT bans_enforcements_pkey PRIMARY KEY (task_id);

--
-- Name: bans_fail2ban bans_fail2ban_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.bans_fail2ban
    ADD CONSTRAINT bans_fail2ban_pkey PRIMARY KEY (server_id);

--
-- Name: bans_held bans_held_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.bans_held
    ADD CONSTRAINT bans_held_pkey PRIMARY KEY (server_id);

--
-- Name: bans_jails bans_jails_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.bans_jails
    ADD CONSTRAINT bans_jails_pkey PRIMARY KEY (server_id, jail);

--
-- Name: bans_protections bans_protections_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.bans_protections
    ADD CONSTRAINT bans_protections_pkey PRIMARY KEY (entry_id);

--
-- Name: clients_clients clients_clients_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.clients_clients
    ADD CONSTRAINT clients_clients_pkey PRIMARY KEY (client_id);

--
-- Name: clients_found clients_found_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.clients_found
    ADD CONSTRAINT clients_found_pkey PRIMARY KEY (server_id);

--
-- Name: clients_found_sites clients_found_sites_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.clients_found_sites
    ADD CONSTRAINT clients_found_sites_pkey PRIMARY KEY (server_id, name);

--
-- Name: clients_people clients_people_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.clients_people
    ADD CONSTRAINT clients_people_pkey PRIMARY KEY (tenant_id, external_ref);

--
-- Name: clients_rules clients_rules_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.clients_rules
    ADD CONSTRAINT clients_rules_pkey PRIMARY KEY (tenant_id);

--
-- Name: clients_servers clients_servers_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.clients_servers
    ADD CONSTRAINT clients_servers_pkey PRIMARY KEY (server_id);

--
-- Name: clients_site_spans clients_site_spans_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.clients_site_spans
    ADD CONSTRAINT clients_site_spans_pkey PRIMARY KEY (site_id, since);

--
-- Name: clients_sites clients_sites_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.clients_sites
    ADD CONSTRAINT clients_sites_pkey PRIMARY KEY (site_id);

--
-- Name: operations_cancels operations_cancels_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.operations_cancels
    ADD CONSTRAINT operations_cancels_pkey PRIMARY KEY (task_id);

--
-- Name: operations_holds operations_holds_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.operations_holds
    ADD CONSTRAINT operations_holds_pkey PRIMARY KEY (hold_id);

--
-- Name: operations_journals operations_journals_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.operations_journals
    ADD CONSTRAINT operations_journals_pkey PRIMARY KEY (hold_id, server_id);

--
-- Name: operations_lanes operations_lanes_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.operations_lanes
    ADD CONSTRAINT operations_lanes_pkey PRIMARY KEY (server_id, lane);

--
-- Name: operations_lost_actions operations_lost_actions_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.operations_lost_actions
    ADD CONSTRAINT operations_lost_actions_pkey PRIMARY KEY (hold_id, server_id, task_id);

--
-- Name: operations_operations operations_operations_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.operations_operations
    ADD CONSTRAINT operations_operations_pkey PRIMARY KEY (operation_id);

--
-- Name: operations_stops operations_stops_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.operations_stops
    ADD CONSTRAINT operations_stops_pkey PRIMARY KEY (stop_id);

--
-- Name: operations_tasks operations_tasks_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.operations_tasks
    ADD CONSTRAINT operations_tasks_pkey PRIMARY KEY (task_id);

--
-- Name: platform_commands platform_commands_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.platform_commands
    ADD CONSTRAINT platform_commands_pkey PRIMARY KEY (actor, command_id);

--
-- Name: posture_approvals posture_approvals_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_approvals
    ADD CONSTRAINT posture_approvals_pkey PRIMARY KEY (server_id, kind, item);

--
-- Name: posture_coverage posture_coverage_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_coverage
    ADD CONSTRAINT posture_coverage_pkey PRIMARY KEY (server_id, from_at);

--
-- Name: posture_duties posture_duties_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_duties
    ADD CONSTRAINT posture_duties_pkey PRIMARY KEY (tenant_id, duty, about);

--
-- Name: posture_finding_notes posture_finding_notes_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_finding_notes
    ADD CONSTRAINT posture_finding_notes_pkey PRIMARY KEY ("position");

--
-- Name: posture_findings posture_findings_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_findings
    ADD CONSTRAINT posture_findings_pkey PRIMARY KEY (finding_id, from_at);

--
-- Name: posture_groups posture_groups_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_groups
    ADD CONSTRAINT posture_groups_pkey PRIMARY KEY (group_id, server_id);

--
-- Name: posture_host_changes posture_host_changes_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_host_changes
    ADD CONSTRAINT posture_host_changes_pkey PRIMARY KEY ("position");

--
-- Name: posture_intake posture_intake_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_intake
    ADD CONSTRAINT posture_intake_pkey PRIMARY KEY (finding_id);

--
-- Name: posture_inventory posture_inventory_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_inventory
    ADD CONSTRAINT posture_inventory_pkey PRIMARY KEY (server_id, kind, item);

--
-- Name: posture_inventory_readings posture_inventory_readings_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_inventory_readings
    ADD CONSTRAINT posture_inventory_readings_pkey PRIMARY KEY (server_id, kind);

--
-- Name: posture_judgements posture_judgements_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_judgements
    ADD CONSTRAINT posture_judgements_pkey PRIMARY KEY (server_id);

--
-- Name: posture_outside_reports posture_outside_reports_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_outside_reports
    ADD CONSTRAINT posture_outside_reports_pkey PRIMARY KEY (server_id, probe);

--
-- Name: posture_outside_turns posture_outside_turns_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_outside_turns
    ADD CONSTRAINT posture_outside_turns_pkey PRIMARY KEY (server_id);

--
-- Name: posture_policies posture_policies_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_policies
    ADD CONSTRAINT posture_policies_pkey PRIMARY KEY (version);

--
-- Name: posture_reports posture_reports_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_reports
    ADD CONSTRAINT posture_reports_pkey PRIMARY KEY (server_id, probe);

--
-- Name: posture_scores posture_scores_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_scores
    ADD CONSTRAINT posture_scores_pkey PRIMARY KEY (server_id, from_at);

--
-- Name: posture_waiver_findings posture_waiver_findings_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_waiver_findings
    ADD CONSTRAINT posture_waiver_findings_pkey PRIMARY KEY (waiver_id, finding_id);

--
-- Name: posture_waivers posture_waivers_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.posture_waivers
    ADD CONSTRAINT posture_waivers_pkey PRIMARY KEY (waiver_id);

--
-- Name: releases_rollouts releases_rollouts_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.releases_rollouts
    ADD CONSTRAINT releases_rollouts_pkey PRIMARY KEY (rollout_id);

--
-- Name: releases_waves releases_waves_operation_id_key; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.releases_waves
    ADD CONSTRAINT releases_waves_operation_id_key UNIQUE (operation_id);

--
-- Name: releases_waves releases_waves_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.releases_waves
    ADD CONSTRAINT releases_waves_pkey PRIMARY KEY (rollout_id, wave);

--
-- Name: reviews_items reviews_items_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.reviews_items
    ADD CONSTRAINT reviews_items_pkey PRIMARY KEY (review_id, item_id);

--
-- Name: reviews_reviews reviews_reviews_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.reviews_reviews
    ADD CONSTRAINT reviews_reviews_pkey PRIMARY KEY (review_id);

--
-- Name: servers_barred servers_barred_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.servers_barred
    ADD CONSTRAINT servers_barred_pkey PRIMARY KEY (server_id, capability);

--
-- Name: servers_batches servers_batches_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.servers_batches
    ADD CONSTRAINT servers_batches_pkey PRIMARY KEY (server_id);

--
-- Name: servers_capabilities servers_capabilities_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.servers_capabilities
    ADD CONSTRAINT servers_capabilities_pkey PRIMARY KEY (server_id, capability);

--
-- Name: servers_enrolments servers_enrolments_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.servers_enrolments
    ADD CONSTRAINT servers_enrolments_pkey PRIMARY KEY (enrolment_id);

--
-- Name: servers_gateways servers_gateways_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.servers_gateways
    ADD CONSTRAINT servers_gateways_pkey PRIMARY KEY (gateway_id);

--
-- Name: servers_group_members servers_group_members_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.servers_group_members
    ADD CONSTRAINT servers_group_members_pkey PRIMARY KEY (group_id, server_id);

--
-- Name: servers_groups servers_groups_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.servers_groups
    ADD CONSTRAINT servers_groups_pkey PRIMARY KEY (group_id);

--
-- Name: servers_inventory servers_inventory_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.servers_inventory
    ADD CONSTRAINT servers_inventory_pkey PRIMARY KEY (server_id);

--
-- Name: servers_presence servers_presence_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.servers_presence
    ADD CONSTRAINT servers_presence_pkey PRIMARY KEY (server_id);

--
-- Name: servers_servers servers_servers_pkey; Type: CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.servers_servers
    ADD CONSTRAINT servers_servers_pkey PRIMARY KEY (server_id);

--
-- Name: data_keys data_keys_pkey; Type: CONSTRAINT; Schema: vault; Owner: muster_owner
--

ALTER TABLE ONLY vault.data_keys
    ADD CONSTRAINT data_keys_pkey PRIMARY KEY (wrapping_key);

--
-- Name: erased_subjects erased_subjects_pkey; Type: CONSTRAINT; Schema: vault; Owner: muster_owner
--

ALTER TABLE ONLY vault.erased_subjects
    ADD CONSTRAINT erased_subjects_pkey PRIMARY KEY (subject_id);

--
-- Name: subject_keys subject_keys_pkey; Type: CONSTRAINT; Schema: vault; Owner: muster_owner
--

ALTER TABLE ONLY vault.subject_keys
    ADD CONSTRAINT subject_keys_pkey PRIMARY KEY (subject_id);

--
-- Name: ledger_event_id_idx; Type: INDEX; Schema: es; Owner: muster_owner
--

CREATE INDEX ledger_event_id_idx ON es.ledger USING btree (event_id);

--
-- Name: access_break_glass_until_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX access_break_glass_until_idx ON muster.access_break_glass USING btree (until) WHERE (ended_at IS NULL);

--
-- Name: access_grants_holder_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX access_grants_holder_id_idx ON muster.access_grants USING btree (holder_id) WHERE (ended_at IS NULL);

--
-- Name: access_grants_until_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX access_grants_until_idx ON muster.access_grants USING btree (until) WHERE ((ended_at IS NULL) AND (until IS NOT NULL));

--
-- Name: access_links_person_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE UNIQUE INDEX access_links_person_id_idx ON muster.access_links USING btree (person_id) WHERE (ended_at IS NULL);

--
-- Name: access_passkeys_person_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX access_passkeys_person_id_idx ON muster.access_passkeys USING btree (person_id);

--
-- Name: access_service_accounts_owner_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX access_service_accounts_owner_id_idx ON muster.access_service_accounts USING btree (owner_id) WHERE (retired_at IS NULL);

--
-- Name: access_sessions_person_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX access_sessions_person_id_idx ON muster.access_sessions USING btree (person_id) WHERE (ended_at IS NULL);

--
-- Name: access_sessions_person_id_source_tag_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX access_sessions_person_id_source_tag_idx ON muster.access_sessions USING btree (person_id, source_tag);

--
-- Name: access_tokens_expires_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX access_tokens_expires_at_idx ON muster.access_tokens USING btree (expires_at) WHERE (ended_at IS NULL);

--
-- Name: access_tokens_holder_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX access_tokens_holder_id_idx ON muster.access_tokens USING btree (holder_id);

--
-- Name: audit_entries_actor_position_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX audit_entries_actor_position_idx ON muster.audit_entries USING btree (actor, "position");

--
-- Name: audit_entries_class_position_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX audit_entries_class_position_idx ON muster.audit_entries USING btree (class, "position") WHERE (class <> 'fact'::text);

--
-- Name: audit_entries_client_id_position_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX audit_entries_client_id_position_idx ON muster.audit_entries USING btree (client_id, "position") WHERE (client_id IS NOT NULL);

--
-- Name: audit_entries_operation_id_position_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX audit_entries_operation_id_position_idx ON muster.audit_entries USING btree (operation_id, "position") WHERE (operation_id IS NOT NULL);

--
-- Name: audit_entries_recorded_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX audit_entries_recorded_at_idx ON muster.audit_entries USING btree (recorded_at);

--
-- Name: audit_entries_server_id_position_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX audit_entries_server_id_position_idx ON muster.audit_entries USING btree (server_id, "position") WHERE (server_id IS NOT NULL);

--
-- Name: audit_entries_type_position_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX audit_entries_type_position_idx ON muster.audit_entries USING btree (type, "position");

--
-- Name: bans_ban_log_address_at_line_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX bans_ban_log_address_at_line_id_idx ON ONLY muster.bans_ban_log USING btree (address, at, line_id);

--
-- Name: bans_ban_log_at_line_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX bans_ban_log_at_line_id_idx ON ONLY muster.bans_ban_log USING btree (at, line_id) WHERE (source = 'muster'::text);

--
-- Name: bans_ban_log_by_name_at_line_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX bans_ban_log_by_name_at_line_id_idx ON ONLY muster.bans_ban_log USING btree (by_name, at, line_id);

--
-- Name: bans_ban_log_other_address_at_line_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX bans_ban_log_other_address_at_line_id_idx ON muster.bans_ban_log_other USING btree (address, at, line_id);

--
-- Name: bans_ban_log_other_at_line_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX bans_ban_log_other_at_line_id_idx ON muster.bans_ban_log_other USING btree (at, line_id) WHERE (source = 'muster'::text);

--
-- Name: bans_ban_log_other_by_name_at_line_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX bans_ban_log_other_by_name_at_line_id_idx ON muster.bans_ban_log_other USING btree (by_name, at, line_id);

--
-- Name: bans_ban_log_server_id_at_line_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX bans_ban_log_server_id_at_line_id_idx ON ONLY muster.bans_ban_log USING btree (server_id, at, line_id);

--
-- Name: bans_ban_log_other_server_id_at_line_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX bans_ban_log_other_server_id_at_line_id_idx ON muster.bans_ban_log_other USING btree (server_id, at, line_id);

--
-- Name: bans_blocks_range_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX bans_blocks_range_idx ON muster.bans_blocks USING gist (range inet_ops) WHERE (ended_at IS NULL);

--
-- Name: bans_blocks_tenant_id_blocked_at_block_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX bans_blocks_tenant_id_blocked_at_block_id_idx ON muster.bans_blocks USING btree (tenant_id, blocked_at DESC, block_id DESC) WHERE (ended_at IS NULL);

--
-- Name: bans_blocks_until_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX bans_blocks_until_idx ON muster.bans_blocks USING btree (until) WHERE ((ended_at IS NULL) AND (until IS NOT NULL));

--
-- Name: bans_desired_tasks_server_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX bans_desired_tasks_server_id_idx ON muster.bans_desired_tasks USING btree (server_id);

--
-- Name: bans_enforcements_enforced_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX bans_enforcements_enforced_at_idx ON muster.bans_enforcements USING btree (enforced_at);

--
-- Name: bans_enforcements_operation_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX bans_enforcements_operation_id_idx ON muster.bans_enforcements USING btree (operation_id);

--
-- Name: bans_jails_banned_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX bans_jails_banned_idx ON muster.bans_jails USING gin (banned);

--
-- Name: bans_protections_range_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX bans_protections_range_idx ON muster.bans_protections USING gist (range inet_ops) WHERE (ended_at IS NULL);

--
-- Name: bans_protections_until_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX bans_protections_until_idx ON muster.bans_protections USING btree (until) WHERE ((ended_at IS NULL) AND (until IS NOT NULL));

--
-- Name: clients_clients_lower_client_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX clients_clients_lower_client_id_idx ON muster.clients_clients USING btree (lower(name), client_id);

--
-- Name: clients_clients_tenant_id_external_ref_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX clients_clients_tenant_id_external_ref_idx ON muster.clients_clients USING btree (tenant_id, external_ref) WHERE (external_ref IS NOT NULL);

--
-- Name: clients_servers_client_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX clients_servers_client_id_idx ON muster.clients_servers USING btree (client_id);

--
-- Name: clients_site_spans_server_id_client_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX clients_site_spans_server_id_client_id_idx ON muster.clients_site_spans USING btree (server_id, client_id);

--
-- Name: clients_sites_client_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX clients_sites_client_id_idx ON muster.clients_sites USING btree (client_id) WHERE (client_id IS NOT NULL);

--
-- Name: clients_sites_client_id_name_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX clients_sites_client_id_name_idx ON muster.clients_sites USING btree (client_id, name) WHERE (removed_at IS NULL);

--
-- Name: clients_sites_name_site_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX clients_sites_name_site_id_idx ON muster.clients_sites USING btree (name, site_id) WHERE (removed_at IS NULL);

--
-- Name: clients_sites_server_id_name_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX clients_sites_server_id_name_idx ON muster.clients_sites USING btree (server_id, name) WHERE (removed_at IS NULL);

--
-- Name: clients_sites_tenant_id_external_ref_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX clients_sites_tenant_id_external_ref_idx ON muster.clients_sites USING btree (tenant_id, external_ref) WHERE ((removed_at IS NULL) AND (external_ref IS NOT NULL));

--
-- Name: operations_cancels_requested_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX operations_cancels_requested_at_idx ON muster.operations_cancels USING btree (requested_at) WHERE (envelope_body IS NULL);

--
-- Name: operations_operations_tenant_id_number_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX operations_operations_tenant_id_number_idx ON muster.operations_operations USING btree (tenant_id, number DESC);

--
-- Name: operations_operations_tenant_id_number_idx1; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX operations_operations_tenant_id_number_idx1 ON muster.operations_operations USING btree (tenant_id, number DESC) WHERE (finished_at IS NULL);

--
-- Name: operations_tasks_operation_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX operations_tasks_operation_id_idx ON muster.operations_tasks USING btree (operation_id);

--
-- Name: operations_tasks_released_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX operations_tasks_released_at_idx ON muster.operations_tasks USING btree (released_at) WHERE ((state = 'released'::text) AND (signed_at IS NULL));

--
-- Name: operations_tasks_retry_of_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX operations_tasks_retry_of_idx ON muster.operations_tasks USING btree (retry_of) WHERE (retry_of IS NOT NULL);

--
-- Name: operations_tasks_server_id_lane_place_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX operations_tasks_server_id_lane_place_idx ON muster.operations_tasks USING btree (server_id, lane, place) WHERE (state <> ALL (ARRAY['succeeded'::text, 'failed'::text, 'expired'::text, 'cancelled'::text]));

--
-- Name: operations_tasks_server_id_task_place_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX operations_tasks_server_id_task_place_idx ON muster.operations_tasks USING btree (server_id, task, place) WHERE (lane = 'job'::text);

--
-- Name: operations_tasks_state_requested_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX operations_tasks_state_requested_at_idx ON muster.operations_tasks USING btree (state, requested_at) WHERE (state = ANY (ARRAY['requested'::text, 'released'::text, 'accepted'::text, 'running'::text, 'unknown'::text]));

--
-- Name: platform_commands_answered_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX platform_commands_answered_at_idx ON muster.platform_commands USING btree (answered_at);

--
-- Name: posture_approvals_review_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_approvals_review_at_idx ON muster.posture_approvals USING btree (review_at);

--
-- Name: posture_coverage_server_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE UNIQUE INDEX posture_coverage_server_id_idx ON muster.posture_coverage USING btree (server_id) WHERE (to_at IS NULL);

--
-- Name: posture_finding_notes_finding_id_position_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_finding_notes_finding_id_position_idx ON muster.posture_finding_notes USING btree (finding_id, "position");

--
-- Name: posture_findings_check_id_opened_position_finding_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_findings_check_id_opened_position_finding_id_idx ON muster.posture_findings USING btree (check_id, opened_position, finding_id);

--
-- Name: posture_findings_finding_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE UNIQUE INDEX posture_findings_finding_id_idx ON muster.posture_findings USING btree (finding_id) WHERE (to_at IS NULL);

--
-- Name: posture_findings_server_id_from_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_findings_server_id_from_at_idx ON muster.posture_findings USING btree (server_id, from_at);

--
-- Name: posture_findings_tenant_id_check_id_server_id_waiver_id_ope_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_findings_tenant_id_check_id_server_id_waiver_id_ope_idx ON muster.posture_findings USING btree (tenant_id, check_id, server_id) INCLUDE (waiver_id, opened_at) WHERE (to_at IS NULL);

--
-- Name: posture_findings_tenant_id_opened_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_findings_tenant_id_opened_at_idx ON muster.posture_findings USING btree (tenant_id, opened_at) WHERE (to_at IS NULL);

--
-- Name: posture_findings_tenant_id_to_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_findings_tenant_id_to_at_idx ON muster.posture_findings USING btree (tenant_id, to_at) WHERE (to_at IS NOT NULL);

--
-- Name: posture_findings_waiver_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_findings_waiver_id_idx ON muster.posture_findings USING btree (waiver_id) WHERE ((to_at IS NULL) AND (waiver_id IS NOT NULL));

--
-- Name: posture_host_changes_server_id_position_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_host_changes_server_id_position_idx ON muster.posture_host_changes USING btree (server_id, "position");

--
-- Name: posture_host_changes_tenant_id_position_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_host_changes_tenant_id_position_idx ON muster.posture_host_changes USING btree (tenant_id, "position");

--
-- Name: posture_intake_check_id_server_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_intake_check_id_server_id_idx ON muster.posture_intake USING btree (check_id, server_id) WHERE (decision IS NULL);

--
-- Name: posture_intake_due_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_intake_due_at_idx ON muster.posture_intake USING btree (due_at) WHERE (decision = 'assigned'::text);

--
-- Name: posture_intake_server_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_intake_server_id_idx ON muster.posture_intake USING btree (server_id);

--
-- Name: posture_inventory_readings_tenant_id_kind_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_inventory_readings_tenant_id_kind_idx ON muster.posture_inventory_readings USING btree (tenant_id, kind) WHERE (NOT complete);

--
-- Name: posture_inventory_tenant_id_kind_sort_server_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_inventory_tenant_id_kind_sort_server_id_idx ON muster.posture_inventory USING btree (tenant_id, kind, sort, server_id);

--
-- Name: posture_inventory_tenant_id_kind_sort_server_id_idx1; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_inventory_tenant_id_kind_sort_server_id_idx1 ON muster.posture_inventory USING btree (tenant_id, kind, sort, server_id) WHERE (stands_out IS NOT NULL);

--
-- Name: posture_judgements_due_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_judgements_due_at_idx ON muster.posture_judgements USING btree (due_at) WHERE (due_at IS NOT NULL);

--
-- Name: posture_judgements_judged_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_judgements_judged_at_idx ON muster.posture_judgements USING btree (judged_at);

--
-- Name: posture_outside_turns_due_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_outside_turns_due_at_idx ON muster.posture_outside_turns USING btree (due_at);

--
-- Name: posture_scores_server_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE UNIQUE INDEX posture_scores_server_id_idx ON muster.posture_scores USING btree (server_id) WHERE (to_at IS NULL);

--
-- Name: posture_scores_tenant_id_from_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_scores_tenant_id_from_at_idx ON muster.posture_scores USING btree (tenant_id, from_at);

--
-- Name: posture_scores_tenant_id_score_server_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_scores_tenant_id_score_server_id_idx ON muster.posture_scores USING btree (tenant_id, score, server_id) WHERE (to_at IS NULL);

--
-- Name: posture_scores_tenant_id_to_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_scores_tenant_id_to_at_idx ON muster.posture_scores USING btree (tenant_id, to_at);

--
-- Name: posture_waiver_findings_finding_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_waiver_findings_finding_id_idx ON muster.posture_waiver_findings USING btree (finding_id);

--
-- Name: posture_waivers_check_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_waivers_check_id_idx ON muster.posture_waivers USING btree (check_id) WHERE (state = 'standing'::text);

--
-- Name: posture_waivers_until_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX posture_waivers_until_idx ON muster.posture_waivers USING btree (until) WHERE (state <> 'ended'::text);

--
-- Name: releases_rollouts_tenant_id_started_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX releases_rollouts_tenant_id_started_at_idx ON muster.releases_rollouts USING btree (tenant_id, started_at DESC);

--
-- Name: reviews_items_thing_id_decided_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX reviews_items_thing_id_decided_at_idx ON muster.reviews_items USING btree (thing_id, decided_at DESC) WHERE (decision = 'kept'::text);

--
-- Name: reviews_reviews_due_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX reviews_reviews_due_at_idx ON muster.reviews_reviews USING btree (due_at) WHERE (attested_at IS NULL);

--
-- Name: reviews_reviews_tenant_id_opened_at_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX reviews_reviews_tenant_id_opened_at_idx ON muster.reviews_reviews USING btree (tenant_id, opened_at DESC);

--
-- Name: servers_group_members_server_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX servers_group_members_server_id_idx ON muster.servers_group_members USING btree (server_id);

--
-- Name: servers_presence_gateway_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX servers_presence_gateway_id_idx ON muster.servers_presence USING btree (gateway_id);

--
-- Name: servers_servers_rotation_id_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX servers_servers_rotation_id_idx ON muster.servers_servers USING btree (rotation_id) WHERE (rotation_id IS NOT NULL);

--
-- Name: servers_servers_tags_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE INDEX servers_servers_tags_idx ON muster.servers_servers USING gin (tags);

--
-- Name: servers_servers_tenant_id_lower_idx; Type: INDEX; Schema: muster; Owner: muster_owner
--

CREATE UNIQUE INDEX servers_servers_tenant_id_lower_idx ON muster.servers_servers USING btree (tenant_id, lower(name)) WHERE (NOT retired);

--
-- Name: bans_ban_log_other_address_at_line_id_idx; Type: INDEX ATTACH; Schema: muster; Owner: muster_owner
--

ALTER INDEX muster.bans_ban_log_address_at_line_id_idx ATTACH PARTITION muster.bans_ban_log_other_address_at_line_id_idx;

--
-- Name: bans_ban_log_other_at_line_id_idx; Type: INDEX ATTACH; Schema: muster; Owner: muster_owner
--

ALTER INDEX muster.bans_ban_log_at_line_id_idx ATTACH PARTITION muster.bans_ban_log_other_at_line_id_idx;

--
-- Name: bans_ban_log_other_by_name_at_line_id_idx; Type: INDEX ATTACH; Schema: muster; Owner: muster_owner
--

ALTER INDEX muster.bans_ban_log_by_name_at_line_id_idx ATTACH PARTITION muster.bans_ban_log_other_by_name_at_line_id_idx;

--
-- Name: bans_ban_log_other_pkey; Type: INDEX ATTACH; Schema: muster; Owner: muster_owner
--

ALTER INDEX muster.bans_ban_log_pkey ATTACH PARTITION muster.bans_ban_log_other_pkey;

--
-- Name: bans_ban_log_other_server_id_at_line_id_idx; Type: INDEX ATTACH; Schema: muster; Owner: muster_owner
--

ALTER INDEX muster.bans_ban_log_server_id_at_line_id_idx ATTACH PARTITION muster.bans_ban_log_other_server_id_at_line_id_idx;

--
-- Name: appends append_only; Type: TRIGGER; Schema: es; Owner: muster_owner
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON es.appends FOR EACH STATEMENT EXECUTE FUNCTION es.refuse_change();

ALTER TABLE es.appends ENABLE ALWAYS TRIGGER append_only;

--
-- Name: checkpoints append_only; Type: TRIGGER; Schema: es; Owner: muster_owner
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON es.checkpoints FOR EACH STATEMENT EXECUTE FUNCTION es.refuse_change();

ALTER TABLE es.checkpoints ENABLE ALWAYS TRIGGER append_only;

--
-- Name: ddl_alerts append_only; Type: TRIGGER; Schema: es; Owner: muster_owner
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON es.ddl_alerts FOR EACH STATEMENT EXECUTE FUNCTION es.refuse_change();

ALTER TABLE es.ddl_alerts ENABLE ALWAYS TRIGGER append_only;

--
-- Name: events append_only; Type: TRIGGER; Schema: es; Owner: muster_owner
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON es.events FOR EACH STATEMENT EXECUTE FUNCTION es.refuse_change();

ALTER TABLE es.events ENABLE ALWAYS TRIGGER append_only;

--
-- Name: ledger append_only; Type: TRIGGER; Schema: es; Owner: muster_owner
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON es.ledger FOR EACH STATEMENT EXECUTE FUNCTION es.refuse_change();

ALTER TABLE es.ledger ENABLE ALWAYS TRIGGER append_only;

--
-- Name: witness_cosignatures append_only; Type: TRIGGER; Schema: es; Owner: muster_owner
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON es.witness_cosignatures FOR EACH STATEMENT EXECUTE FUNCTION es.refuse_change();

ALTER TABLE es.witness_cosignatures ENABLE ALWAYS TRIGGER append_only;

--
-- Name: appends append_only_row; Type: TRIGGER; Schema: es; Owner: muster_owner
--

CREATE TRIGGER append_only_row BEFORE DELETE OR UPDATE ON es.appends FOR EACH ROW EXECUTE FUNCTION es.refuse_change();

ALTER TABLE es.appends ENABLE ALWAYS TRIGGER append_only_row;

--
-- Name: checkpoints append_only_row; Type: TRIGGER; Schema: es; Owner: muster_owner
--

CREATE TRIGGER append_only_row BEFORE DELETE OR UPDATE ON es.checkpoints FOR EACH ROW EXECUTE FUNCTION es.refuse_change();

ALTER TABLE es.checkpoints ENABLE ALWAYS TRIGGER append_only_row;

--
-- Name: ddl_alerts append_only_row; Type: TRIGGER; Schema: es; Owner: muster_owner
--

CREATE TRIGGER append_only_row BEFORE DELETE OR UPDATE ON es.ddl_alerts FOR EACH ROW EXECUTE FUNCTION es.refuse_change();

ALTER TABLE es.ddl_alerts ENABLE ALWAYS TRIGGER append_only_row;

--
-- Name: ledger append_only_row; Type: TRIGGER; Schema: es; Owner: muster_owner
--

CREATE TRIGGER append_only_row BEFORE DELETE OR UPDATE ON es.ledger FOR EACH ROW EXECUTE FUNCTION es.refuse_change();

ALTER TABLE es.ledger ENABLE ALWAYS TRIGGER append_only_row;

--
-- Name: witness_cosignatures append_only_row; Type: TRIGGER; Schema: es; Owner: muster_owner
--

CREATE TRIGGER append_only_row BEFORE DELETE OR UPDATE ON es.witness_cosignatures FOR EACH ROW EXECUTE FUNCTION es.refuse_change();

ALTER TABLE es.witness_cosignatures ENABLE ALWAYS TRIGGER append_only_row;

--
-- Name: tiles never_emptied; Type: TRIGGER; Schema: es; Owner: muster_owner
--

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON es.tiles FOR EACH STATEMENT EXECUTE FUNCTION es.refuse_rewrite();

ALTER TABLE es.tiles ENABLE ALWAYS TRIGGER never_emptied;

--
-- Name: tiles only_extended; Type: TRIGGER; Schema: es; Owner: muster_owner
--

CREATE TRIGGER only_extended BEFORE DELETE OR UPDATE ON es.tiles FOR EACH ROW EXECUTE FUNCTION es.refuse_rewrite();

ALTER TABLE es.tiles ENABLE ALWAYS TRIGGER only_extended;

--
-- Name: log_state only_grows; Type: TRIGGER; Schema: es; Owner: muster_owner
--

CREATE TRIGGER only_grows BEFORE UPDATE ON es.log_state FOR EACH ROW EXECUTE FUNCTION es.refuse_shrink();

ALTER TABLE es.log_state ENABLE ALWAYS TRIGGER only_grows;

--
-- Name: tree_state only_grows; Type: TRIGGER; Schema: es; Owner: muster_owner
--

CREATE TRIGGER only_grows BEFORE UPDATE ON es.tree_state FOR EACH ROW EXECUTE FUNCTION es.refuse_shrink();

ALTER TABLE es.tree_state ENABLE ALWAYS TRIGGER only_grows;

--
-- Name: witness_cosignatures witness_cosignatures_size_fkey; Type: FK CONSTRAINT; Schema: es; Owner: muster_owner
--

ALTER TABLE ONLY es.witness_cosignatures
    ADD CONSTRAINT witness_cosignatures_size_fkey FOREIGN KEY (size) REFERENCES es.checkpoints(size);

--
-- Name: operations_journals operations_journals_hold_id_fkey; Type: FK CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.operations_journals
    ADD CONSTRAINT operations_journals_hold_id_fkey FOREIGN KEY (hold_id) REFERENCES muster.operations_holds(hold_id);

--
-- Name: operations_lost_actions operations_lost_actions_hold_id_fkey; Type: FK CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.operations_lost_actions
    ADD CONSTRAINT operations_lost_actions_hold_id_fkey FOREIGN KEY (hold_id) REFERENCES muster.operations_holds(hold_id);

--
-- Name: releases_waves releases_waves_rollout_id_fkey; Type: FK CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.releases_waves
    ADD CONSTRAINT releases_waves_rollout_id_fkey FOREIGN KEY (rollout_id) REFERENCES muster.releases_rollouts(rollout_id);

--
-- Name: reviews_items reviews_items_review_id_fkey; Type: FK CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.reviews_items
    ADD CONSTRAINT reviews_items_review_id_fkey FOREIGN KEY (review_id) REFERENCES muster.reviews_reviews(review_id);

--
-- Name: servers_capabilities servers_capabilities_server_id_fkey; Type: FK CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.servers_capabilities
    ADD CONSTRAINT servers_capabilities_server_id_fkey FOREIGN KEY (server_id) REFERENCES muster.servers_servers(server_id);

--
-- Name: servers_group_members servers_group_members_group_id_fkey; Type: FK CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.servers_group_members
    ADD CONSTRAINT servers_group_members_group_id_fkey FOREIGN KEY (group_id) REFERENCES muster.servers_groups(group_id) ON DELETE CASCADE;

--
-- Name: servers_group_members servers_group_members_server_id_fkey; Type: FK CONSTRAINT; Schema: muster; Owner: muster_owner
--

ALTER TABLE ONLY muster.servers_group_members
    ADD CONSTRAINT servers_group_members_server_id_fkey FOREIGN KEY (server_id) REFERENCES muster.servers_servers(server_id);

--
-- Name: access_break_glass; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.access_break_glass ENABLE ROW LEVEL SECURITY;

--
-- Name: access_grants; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.access_grants ENABLE ROW LEVEL SECURITY;

--
-- Name: access_networks; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.access_networks ENABLE ROW LEVEL SECURITY;

--
-- Name: access_people; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.access_people ENABLE ROW LEVEL SECURITY;

--
-- Name: access_service_accounts; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.access_service_accounts ENABLE ROW LEVEL SECURITY;

--
-- Name: access_token_keys; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.access_token_keys ENABLE ROW LEVEL SECURITY;

--
-- Name: access_token_policy; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.access_token_policy ENABLE ROW LEVEL SECURITY;

--
-- Name: access_tokens; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.access_tokens ENABLE ROW LEVEL SECURITY;

--
-- Name: audit_entries; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.audit_entries ENABLE ROW LEVEL SECURITY;

--
-- Name: bans_ban_log; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.bans_ban_log ENABLE ROW LEVEL SECURITY;

--
-- Name: bans_blocks; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.bans_blocks ENABLE ROW LEVEL SECURITY;

--
-- Name: bans_desired; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.bans_desired ENABLE ROW LEVEL SECURITY;

--
-- Name: bans_desired_groups; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.bans_desired_groups ENABLE ROW LEVEL SECURITY;

--
-- Name: bans_desired_tasks; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.bans_desired_tasks ENABLE ROW LEVEL SECURITY;

--
-- Name: bans_enforcements; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.bans_enforcements ENABLE ROW LEVEL SECURITY;

--
-- Name: bans_fail2ban; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.bans_fail2ban ENABLE ROW LEVEL SECURITY;

--
-- Name: bans_held; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.bans_held ENABLE ROW LEVEL SECURITY;

--
-- Name: bans_jails; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.bans_jails ENABLE ROW LEVEL SECURITY;

--
-- Name: bans_protections; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.bans_protections ENABLE ROW LEVEL SECURITY;

--
-- Name: clients_clients; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.clients_clients ENABLE ROW LEVEL SECURITY;

--
-- Name: clients_found; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.clients_found ENABLE ROW LEVEL SECURITY;

--
-- Name: clients_found_sites; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.clients_found_sites ENABLE ROW LEVEL SECURITY;

--
-- Name: clients_people; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.clients_people ENABLE ROW LEVEL SECURITY;

--
-- Name: clients_rules; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.clients_rules ENABLE ROW LEVEL SECURITY;

--
-- Name: clients_servers; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.clients_servers ENABLE ROW LEVEL SECURITY;

--
-- Name: clients_site_spans; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.clients_site_spans ENABLE ROW LEVEL SECURITY;

--
-- Name: clients_sites; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.clients_sites ENABLE ROW LEVEL SECURITY;

--
-- Name: operations_cancels; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.operations_cancels ENABLE ROW LEVEL SECURITY;

--
-- Name: operations_holds; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.operations_holds ENABLE ROW LEVEL SECURITY;

--
-- Name: operations_journals; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.operations_journals ENABLE ROW LEVEL SECURITY;

--
-- Name: operations_lost_actions; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.operations_lost_actions ENABLE ROW LEVEL SECURITY;

--
-- Name: operations_operations; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.operations_operations ENABLE ROW LEVEL SECURITY;

--
-- Name: operations_stops; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.operations_stops ENABLE ROW LEVEL SECURITY;

--
-- Name: operations_tasks; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.operations_tasks ENABLE ROW LEVEL SECURITY;

--
-- Name: posture_approvals; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.posture_approvals ENABLE ROW LEVEL SECURITY;

--
-- Name: posture_coverage; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.posture_coverage ENABLE ROW LEVEL SECURITY;

--
-- Name: posture_duties; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.posture_duties ENABLE ROW LEVEL SECURITY;

--
-- Name: posture_finding_notes; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.posture_finding_notes ENABLE ROW LEVEL SECURITY;

--
-- Name: posture_findings; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.posture_findings ENABLE ROW LEVEL SECURITY;

--
-- Name: posture_host_changes; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.posture_host_changes ENABLE ROW LEVEL SECURITY;

--
-- Name: posture_intake; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.posture_intake ENABLE ROW LEVEL SECURITY;

--
-- Name: posture_inventory; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.posture_inventory ENABLE ROW LEVEL SECURITY;

--
-- Name: posture_inventory_readings; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.posture_inventory_readings ENABLE ROW LEVEL SECURITY;

--
-- Name: posture_judgements; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.posture_judgements ENABLE ROW LEVEL SECURITY;

--
-- Name: posture_outside_reports; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.posture_outside_reports ENABLE ROW LEVEL SECURITY;

--
-- Name: posture_outside_turns; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.posture_outside_turns ENABLE ROW LEVEL SECURITY;

--
-- Name: posture_policies; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.posture_policies ENABLE ROW LEVEL SECURITY;

--
-- Name: posture_reports; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.posture_reports ENABLE ROW LEVEL SECURITY;

--
-- Name: posture_scores; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.posture_scores ENABLE ROW LEVEL SECURITY;

--
-- Name: posture_waivers; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.posture_waivers ENABLE ROW LEVEL SECURITY;

--
-- Name: access_break_glass process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.access_break_glass TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: access_grants process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.access_grants TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: access_networks process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.access_networks TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: access_people process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.access_people TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: access_service_accounts process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.access_service_accounts TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: access_token_keys process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.access_token_keys TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: access_token_policy process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.access_token_policy TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: access_tokens process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.access_tokens TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: audit_entries process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.audit_entries TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: bans_ban_log process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.bans_ban_log TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: bans_blocks process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.bans_blocks TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: bans_desired process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.bans_desired TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: bans_desired_groups process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.bans_desired_groups TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: bans_desired_tasks process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.bans_desired_tasks TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: bans_enforcements process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.bans_enforcements TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: bans_fail2ban process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.bans_fail2ban TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: bans_held process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.bans_held TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: bans_jails process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.bans_jails TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: bans_protections process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.bans_protections TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: clients_clients process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.clients_clients TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: clients_found process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.clients_found TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: clients_found_sites process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.clients_found_sites TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: clients_people process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.clients_people TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: clients_rules process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.clients_rules TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: clients_servers process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.clients_servers TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: clients_site_spans process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.clients_site_spans TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: clients_sites process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.clients_sites TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: operations_cancels process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.operations_cancels TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: operations_holds process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.operations_holds TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: operations_journals process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.operations_journals TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: operations_lost_actions process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.operations_lost_actions TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: operations_operations process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.operations_operations TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: operations_stops process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.operations_stops TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: operations_tasks process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.operations_tasks TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: posture_approvals process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.posture_approvals TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: posture_coverage process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.posture_coverage TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: posture_duties process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.posture_duties TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: posture_finding_notes process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.posture_finding_notes TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: posture_findings process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.posture_findings TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: posture_host_changes process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.posture_host_changes TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: posture_intake process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.posture_intake TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: posture_inventory process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.posture_inventory TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: posture_inventory_readings process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.posture_inventory_readings TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: posture_judgements process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.posture_judgements TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: posture_outside_reports process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.posture_outside_reports TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: posture_outside_turns process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.posture_outside_turns TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: posture_policies process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.posture_policies TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: posture_reports process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.posture_reports TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: posture_scores process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.posture_scores TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: posture_waivers process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.posture_waivers TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: releases_rollouts process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.releases_rollouts TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: releases_waves process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.releases_waves TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: reviews_items process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.reviews_items TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: reviews_reviews process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.reviews_reviews TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: servers_barred process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.servers_barred TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: servers_capabilities process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.servers_capabilities TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: servers_enrolments process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.servers_enrolments TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: servers_group_members process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.servers_group_members TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: servers_groups process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.servers_groups TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: servers_inventory process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.servers_inventory TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: servers_presence process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.servers_presence TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: servers_servers process; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY process ON muster.servers_servers TO muster_owner, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor USING (true) WITH CHECK (true);

--
-- Name: releases_rollouts; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.releases_rollouts ENABLE ROW LEVEL SECURITY;

--
-- Name: releases_waves; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.releases_waves ENABLE ROW LEVEL SECURITY;

--
-- Name: reviews_items; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.reviews_items ENABLE ROW LEVEL SECURITY;

--
-- Name: reviews_reviews; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.reviews_reviews ENABLE ROW LEVEL SECURITY;

--
-- Name: servers_barred; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.servers_barred ENABLE ROW LEVEL SECURITY;

--
-- Name: servers_capabilities; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.servers_capabilities ENABLE ROW LEVEL SECURITY;

--
-- Name: servers_enrolments; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.servers_enrolments ENABLE ROW LEVEL SECURITY;

--
-- Name: servers_group_members; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.servers_group_members ENABLE ROW LEVEL SECURITY;

--
-- Name: servers_groups; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.servers_groups ENABLE ROW LEVEL SECURITY;

--
-- Name: servers_inventory; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.servers_inventory ENABLE ROW LEVEL SECURITY;

--
-- Name: servers_presence; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.servers_presence ENABLE ROW LEVEL SECURITY;

--
-- Name: servers_servers; Type: ROW SECURITY; Schema: muster; Owner: muster_owner
--

ALTER TABLE muster.servers_servers ENABLE ROW LEVEL SECURITY;

--
-- Name: access_break_glass shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.access_break_glass TO muster_app USING (( SELECT muster.sees_all() AS sees_all));

--
-- Name: access_grants shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.access_grants TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR ((holder_id)::text = ( SELECT muster.asking() AS asking)) OR (scope_key = ANY (( SELECT muster.scope_list() AS scope_list)::text[]))));

--
-- Name: access_networks shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.access_networks TO muster_app USING (( SELECT muster.sees_all() AS sees_all));

--
-- Name: access_people shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.access_people TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR ((person_id)::text = ( SELECT muster.asking() AS asking)) OR ((( SELECT muster.asking() AS asking) = ''::text) AND (cardinality(( SELECT muster.scope_list() AS scope_list)) = 0))));

--
-- Name: access_service_accounts shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.access_service_accounts TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR ((account_id)::text = ( SELECT muster.asking() AS asking))));

--
-- Name: access_token_keys shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.access_token_keys TO muster_app USING ((EXISTS ( SELECT 1
   FROM muster.access_tokens t
  WHERE (t.token_id = access_token_keys.token_id))));

--
-- Name: access_token_policy shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.access_token_policy TO muster_app USING (true);

--
-- Name: access_tokens shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.access_tokens TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR ((holder_id)::text = ( SELECT muster.asking() AS asking))));

--
-- Name: audit_entries shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.audit_entries TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers)) OR (actor = ( SELECT muster.asking() AS asking)) OR (('client:'::text || client_id) = ANY (( SELECT muster.scope_list() AS scope_list)::text[]))));

--
-- Name: bans_ban_log shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.bans_ban_log TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers)) OR ((server_id IS NULL) AND (place = 'fleet'::text) AND ( SELECT muster.runs_servers() AS runs_servers)) OR ((server_id IS NULL) AND starts_with(place, 'group '::text) AND (('group:'::text || substr(place, 7)) = ANY (( SELECT muster.scope_list() AS scope_list)::text[]))) OR ((by_kind = 'jail'::text) AND ((server_id, by_name) IN ( SELECT v.server_id,
    v.jail
   FROM muster.visible_jails() v(server_id, jail, since))) AND (EXISTS ( SELECT 1
   FROM muster.visible_jails() v(server_id, jail, since)
  WHERE ((v.server_id = bans_ban_log.server_id) AND (v.jail = bans_ban_log.by_name) AND (bans_ban_log.at >= v.since)))))));

--
-- Name: bans_blocks shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.bans_blocks TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (((target ->> 'kind'::text) = 'fleet'::text) AND ( SELECT muster.runs_servers() AS runs_servers)) OR (((target ->> 'kind'::text) = 'server'::text) AND (((target ->> 'serverId'::text))::uuid IN ( SELECT muster.visible_servers() AS visible_servers))) OR (((target ->> 'kind'::text) = 'group'::text) AND ((('group:'::text || (target ->> 'groupId'::text)) = ANY (( SELECT muster.scope_list() AS scope_list)::text[])) OR (EXISTS ( SELECT 1
   FROM muster.bans_desired_groups g
  WHERE (g.group_id = ((bans_blocks.target ->> 'groupId'::text))::uuid)))))));

--
-- Name: bans_desired shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.bans_desired TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: bans_desired_groups shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.bans_desired_groups TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: bans_desired_tasks shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.bans_desired_tasks TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: bans_enforcements shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.bans_enforcements TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: bans_fail2ban shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.bans_fail2ban TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: bans_held shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.bans_held TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: bans_jails shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.bans_jails TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers)) OR ((server_id, jail) IN ( SELECT v.server_id,
    v.jail
   FROM muster.visible_jails() v(server_id, jail, since)))));

--
-- Name: bans_protections shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.bans_protections TO muster_app USING (( SELECT muster.sees_all() AS sees_all));

--
-- Name: clients_clients shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.clients_clients TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (('client:'::text || client_id) = ANY (( SELECT muster.scope_list() AS scope_list)::text[])) OR (EXISTS ( SELECT 1
   FROM muster.clients_sites s
  WHERE (s.client_id = clients_clients.client_id)))));

--
-- Name: clients_found shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.clients_found TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: clients_found_sites shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.clients_found_sites TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers)) OR (EXISTS ( SELECT 1
   FROM muster.clients_sites s
  WHERE ((s.server_id = clients_found_sites.server_id) AND (s.name = clients_found_sites.name) AND (s.removed_at IS NULL))))));

--
-- Name: clients_people shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.clients_people TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (('client:'::text || client_id) = ANY (( SELECT muster.scope_list() AS scope_list)::text[]))));

--
-- Name: clients_rules shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.clients_rules TO muster_app USING (( SELECT muster.sees_all() AS sees_all));

--
-- Name: clients_servers shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.clients_servers TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers)) OR (('client:'::text || client_id) = ANY (( SELECT muster.scope_list() AS scope_list)::text[]))));

--
-- Name: clients_site_spans shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.clients_site_spans TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (('client:'::text || client_id) = ANY (( SELECT muster.scope_list() AS scope_list)::text[]))));

--
-- Name: clients_sites shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.clients_sites TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers)) OR (('client:'::text || client_id) = ANY (( SELECT muster.scope_list() AS scope_list)::text[]))));

--
-- Name: operations_cancels shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.operations_cancels TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: operations_holds shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.operations_holds TO muster_app USING (true) WITH CHECK (( SELECT muster.sees_all() AS sees_all));

--
-- Name: operations_journals shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.operations_journals TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers)))) WITH CHECK (( SELECT muster.sees_all() AS sees_all));

--
-- Name: operations_lost_actions shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.operations_lost_actions TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers)))) WITH CHECK (( SELECT muster.sees_all() AS sees_all));

--
-- Name: operations_operations shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.operations_operations TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (EXISTS ( SELECT 1
   FROM muster.operations_tasks t
  WHERE (t.operation_id = operations_operations.operation_id)))));

--
-- Name: operations_stops shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.operations_stops TO muster_app USING (true) WITH CHECK (( SELECT muster.sees_all() AS sees_all));

--
-- Name: operations_tasks shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.operations_tasks TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: posture_approvals shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.posture_approvals TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: posture_coverage shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.posture_coverage TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: posture_duties shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.posture_duties TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (((target ->> 'kind'::text) = 'fleet'::text) AND (cardinality(ARRAY( SELECT muster.visible_servers() AS visible_servers)) > 0)) OR (((target ->> 'kind'::text) = 'server'::text) AND (((target ->> 'serverId'::text))::uuid IN ( SELECT muster.visible_servers() AS visible_servers))) OR (((target ->> 'kind'::text) = 'group'::text) AND (('group:'::text || (target ->> 'groupId'::text)) = ANY (( SELECT muster.scope_list() AS scope_list)::text[])))));

--
-- Name: posture_finding_notes shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.posture_finding_notes TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: posture_findings shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.posture_findings TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: posture_host_changes shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.posture_host_changes TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: posture_intake shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.posture_intake TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: posture_inventory shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.posture_inventory TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: posture_inventory_readings shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.posture_inventory_readings TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: posture_judgements shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.posture_judgements TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: posture_outside_reports shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.posture_outside_reports TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: posture_outside_turns shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.posture_outside_turns TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: posture_policies shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.posture_policies TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (cardinality(ARRAY( SELECT muster.visible_servers() AS visible_servers)) > 0)));

--
-- Name: posture_reports shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.posture_reports TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: posture_scores shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.posture_scores TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: posture_waivers shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.posture_waivers TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (((target ->> 'kind'::text) = 'fleet'::text) AND (cardinality(ARRAY( SELECT muster.visible_servers() AS visible_servers)) > 0)) OR (((target ->> 'kind'::text) = 'server'::text) AND (((target ->> 'serverId'::text))::uuid = ANY (ARRAY( SELECT muster.visible_servers() AS visible_servers)))) OR (((target ->> 'kind'::text) = 'group'::text) AND (('group:'::text || (target ->> 'groupId'::text)) = ANY (( SELECT muster.scope_list() AS scope_list)::text[]))) OR (((target ->> 'kind'::text) = 'client'::text) AND (('client:'::text || (target ->> 'clientId'::text)) = ANY (( SELECT muster.scope_list() AS scope_list)::text[])))));

--
-- Name: releases_rollouts shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.releases_rollouts TO muster_app USING (( SELECT muster.sees_all() AS sees_all));

--
-- Name: releases_waves shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.releases_waves TO muster_app USING (( SELECT muster.sees_all() AS sees_all));

--
-- Name: reviews_items shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.reviews_items TO muster_app USING (( SELECT muster.sees_all() AS sees_all));

--
-- Name: reviews_reviews shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.reviews_reviews TO muster_app USING (( SELECT muster.sees_all() AS sees_all));

--
-- Name: servers_barred shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.servers_barred TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: servers_capabilities shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.servers_capabilities TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: servers_enrolments shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.servers_enrolments TO muster_app USING (( SELECT muster.sees_all() AS sees_all));

--
-- Name: servers_group_members shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.servers_group_members TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: servers_groups shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.servers_groups TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (('group:'::text || group_id) = ANY (( SELECT muster.scope_list() AS scope_list)::text[]))));

--
-- Name: servers_inventory shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.servers_inventory TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: servers_presence shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.servers_presence TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: servers_servers shown; Type: POLICY; Schema: muster; Owner: muster_owner
--

CREATE POLICY shown ON muster.servers_servers TO muster_app USING ((( SELECT muster.sees_all() AS sees_all) OR (server_id IN ( SELECT muster.visible_servers() AS visible_servers))));

--
-- Name: SCHEMA es; Type: ACL; Schema: -; Owner: muster_owner
--

GRANT USAGE ON SCHEMA es TO muster_app;
GRANT USAGE ON SCHEMA es TO muster_worker;
GRANT USAGE ON SCHEMA es TO muster_gateway;
GRANT USAGE ON SCHEMA es TO muster_signer;
GRANT USAGE ON SCHEMA es TO muster_sequencer;
GRANT USAGE ON SCHEMA es TO muster_auditor;

--
-- Name: SCHEMA muster; Type: ACL; Schema: -; Owner: muster_owner
--

GRANT USAGE ON SCHEMA muster TO muster_app;
GRANT USAGE ON SCHEMA muster TO muster_worker;
GRANT USAGE ON SCHEMA muster TO muster_gateway;
GRANT USAGE ON SCHEMA muster TO muster_signer;
GRANT USAGE ON SCHEMA muster TO muster_sequencer;
GRANT USAGE ON SCHEMA muster TO muster_auditor;
GRANT USAGE ON SCHEMA muster TO muster_prober;

--
-- Name: SCHEMA vault; Type: ACL; Schema: -; Owner: muster_owner
--

GRANT USAGE ON SCHEMA vault TO muster_app;
GRANT USAGE ON SCHEMA vault TO muster_worker;
GRANT USAGE ON SCHEMA vault TO muster_gateway;

--
-- Name: FUNCTION append_group(p_command_ids uuid[], p_actors text[], p_request_hashes bytea[], p_tenant_ids uuid[], p_stream_ids text[], p_stream_types text[], p_expected bigint[], p_metas text[], p_event_counts integer[], p_event_ids uuid[], p_event_types text[], p_schema_versions smallint[], p_bodies text[], p_reserve_items integer[], p_reserve_namespaces text[], p_reserve_keys text[], p_release_items integer[], p_release_namespaces text[], p_release_keys text[]); Type: ACL; Schema: es; Owner: muster_owner
--

REVOKE ALL ON FUNCTION es.append_group(p_command_ids uuid[], p_actors text[], p_request_hashes bytea[], p_tenant_ids uuid[], p_stream_ids text[], p_stream_types text[], p_expected bigint[], p_metas text[], p_event_counts integer[], p_event_ids uuid[], p_event_types text[], p_schema_versions smallint[], p_bodies text[], p_reserve_items integer[], p_reserve_namespaces text[], p_reserve_keys text[], p_release_items integer[], p_release_namespaces text[], p_release_keys text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION es.append_group(p_command_ids uuid[], p_actors text[], p_request_hashes bytea[], p_tenant_ids uuid[], p_stream_ids text[], p_stream_types text[], p_expected bigint[], p_metas text[], p_event_counts integer[], p_event_ids uuid[], p_event_types text[], p_schema_versions smallint[], p_bodies text[], p_reserve_items integer[], p_reserve_namespaces text[], p_reserve_keys text[], p_release_items integer[], p_release_namespaces text[], p_release_keys text[]) TO muster_app;
GRANT ALL ON FUNCTION es.append_group(p_command_ids uuid[], p_actors text[], p_request_hashes bytea[], p_tenant_ids uuid[], p_stream_ids text[], p_stream_types text[], p_expected bigint[], p_metas text[], p_event_counts integer[], p_event_ids uuid[], p_event_types text[], p_schema_versions smallint[], p_bodies text[], p_reserve_items integer[], p_reserve_namespaces text[], p_reserve_keys text[], p_release_items integer[], p_release_namespaces text[], p_release_keys text[]) TO muster_worker;
GRANT ALL ON FUNCTION es.append_group(p_command_ids uuid[], p_actors text[], p_request_hashes bytea[], p_tenant_ids uuid[], p_stream_ids text[], p_stream_types text[], p_expected bigint[], p_metas text[], p_event_counts integer[], p_event_ids uuid[], p_event_types text[], p_schema_versions smallint[], p_bodies text[], p_reserve_items integer[], p_reserve_namespaces text[], p_reserve_keys text[], p_release_items integer[], p_release_namespaces text[], p_release_keys text[]) TO muster_gateway;
GRANT ALL ON FUNCTION es.append_group(p_command_ids uuid[], p_actors text[], p_request_hashes bytea[], p_tenant_ids uuid[], p_stream_ids text[], p_stream_types text[], p_expected bigint[], p_metas text[], p_event_counts integer[], p_event_ids uuid[], p_event_types text[], p_schema_versions smallint[], p_bodies text[], p_reserve_items integer[], p_reserve_namespaces text[], p_reserve_keys text[], p_release_items integer[], p_release_namespaces text[], p_release_keys text[]) TO muster_signer;

--
-- Name: FUNCTION ensure_partition(month date); Type: ACL; Schema: es; Owner: muster_owner
--

REVOKE ALL ON FUNCTION es.ensure_partition(month date) FROM PUBLIC;

--
-- Name: FUNCTION ensure_partitions(); Type: ACL; Schema: es; Owner: muster_owner
--

REVOKE ALL ON FUNCTION es.ensure_partitions() FROM PUBLIC;
GRANT ALL ON FUNCTION es.ensure_partitions() TO muster_sequencer;

--
-- Name: FUNCTION grow_tree(p_from bigint, p_to bigint, p_levels smallint[], p_indexes bigint[], p_hashes bytea[], p_root bytea, p_note text); Type: ACL; Schema: es; Owner: muster_owner
--

REVOKE ALL ON FUNCTION es.grow_tree(p_from bigint, p_to bigint, p_levels smallint[], p_indexes bigint[], p_hashes bytea[], p_root bytea, p_note text) FROM PUBLIC;
GRANT ALL ON FUNCTION es.grow_tree(p_from bigint, p_to bigint, p_levels smallint[], p_indexes bigint[], p_hashes bytea[], p_root bytea, p_note text) TO muster_sequencer;

--
-- Name: FUNCTION leaf_hash(event_id uuid, tenant_id uuid, stream_id text, stream_version bigint, event_type text, schema_version smallint, recorded_at timestamp with time zone, meta bytea, body bytea); Type: ACL; Schema: es; Owner: muster_owner
--

REVOKE ALL ON FUNCTION es.leaf_hash(event_id uuid, tenant_id uuid, stream_id text, stream_version bigint, event_type text, schema_version smallint, recorded_at timestamp with time zone, meta bytea, body bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION es.leaf_hash(event_id uuid, tenant_id uuid, stream_id text, stream_version bigint, event_type text, schema_version smallint, recorded_at timestamp with time zone, meta bytea, body bytea) TO muster_auditor;

--
-- Name: FUNCTION name_log(p_origin text); Type: ACL; Schema: es; Owner: muster_owner
--

REVOKE ALL ON FUNCTION es.name_log(p_origin text) FROM PUBLIC;
GRANT ALL ON FUNCTION es.name_log(p_origin text) TO muster_sequencer;

--
-- Name: FUNCTION protect(relation regclass); Type: ACL; Schema: es; Owner: muster_owner
--

REVOKE ALL ON FUNCTION es.protect(relation regclass) FROM PUBLIC;

--
-- Name: FUNCTION refuse_change(); Type: ACL; Schema: es; Owner: muster_owner
--

REVOKE ALL ON FUNCTION es.refuse_change() FROM PUBLIC;

--
-- Name: FUNCTION refuse_rewrite(); Type: ACL; Schema: es; Owner: muster_owner
--

REVOKE ALL ON FUNCTION es.refuse_rewrite() FROM PUBLIC;

--
-- Name: FUNCTION refuse_shrink(); Type: ACL; Schema: es; Owner: muster_owner
--

REVOKE ALL ON FUNCTION es.refuse_shrink() FROM PUBLIC;

--
-- Name: FUNCTION sequence_pending(p_limit integer); Type: ACL; Schema: es; Owner: muster_owner
--

REVOKE ALL ON FUNCTION es.sequence_pending(p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION es.sequence_pending(p_limit integer) TO muster_sequencer;

--
-- Name: FUNCTION asking(); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.asking() FROM PUBLIC;
GRANT ALL ON FUNCTION muster.asking() TO muster_app;

--
-- Name: FUNCTION bans_ensure_month(day date); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.bans_ensure_month(day date) FROM PUBLIC;
GRANT ALL ON FUNCTION muster.bans_ensure_month(day date) TO muster_worker;
GRANT ALL ON FUNCTION muster.bans_ensure_month(day date) TO muster_gateway;

--
-- Name: FUNCTION bans_forget_month(month date); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.bans_forget_month(month date) FROM PUBLIC;
GRANT ALL ON FUNCTION muster.bans_forget_month(month date) TO muster_worker;

--
-- Name: FUNCTION bans_months(); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.bans_months() FROM PUBLIC;
GRANT ALL ON FUNCTION muster.bans_months() TO muster_worker;

--
-- Name: FUNCTION client_days(client uuid, places jsonb, first timestamp with time zone, days integer); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.client_days(client uuid, places jsonb, first timestamp with time zone, days integer) FROM PUBLIC;
GRANT ALL ON FUNCTION muster.client_days(client uuid, places jsonb, first timestamp with time zone, days integer) TO muster_app;

--
-- Name: FUNCTION client_findings(client uuid, places jsonb, moment timestamp with time zone); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.client_findings(client uuid, places jsonb, moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION muster.client_findings(client uuid, places jsonb, moment timestamp with time zone) TO muster_app;

--
-- Name: FUNCTION client_judged(client uuid, places jsonb, moment timestamp with time zone); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.client_judged(client uuid, places jsonb, moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION muster.client_judged(client uuid, places jsonb, moment timestamp with time zone) TO muster_app;

--
-- Name: FUNCTION client_of_site(server uuid, site text, moment timestamp with time zone); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.client_of_site(server uuid, site text, moment timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION client_servers(client uuid); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.client_servers(client uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION muster.client_servers(client uuid) TO muster_app;

--
-- Name: FUNCTION findings_of_client(client uuid, places jsonb, moment timestamp with time zone, wanted text); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.findings_of_client(client uuid, places jsonb, moment timestamp with time zone, wanted text) FROM PUBLIC;
GRANT ALL ON FUNCTION muster.findings_of_client(client uuid, places jsonb, moment timestamp with time zone, wanted text) TO muster_worker;

--
-- Name: FUNCTION holds_sites(client uuid, server uuid, sites text[], moment timestamp with time zone); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.holds_sites(client uuid, server uuid, sites text[], moment timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION jails_in(scopes text[]); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.jails_in(scopes text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION muster.jails_in(scopes text[]) TO muster_app;
GRANT ALL ON FUNCTION muster.jails_in(scopes text[]) TO muster_worker;

--
-- Name: FUNCTION outside_keep(server uuid, reports jsonb, next_seconds double precision); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.outside_keep(server uuid, reports jsonb, next_seconds double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION muster.outside_keep(server uuid, reports jsonb, next_seconds double precision) TO muster_prober;

--
-- Name: FUNCTION outside_next(lease_seconds double precision); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.outside_next(lease_seconds double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION muster.outside_next(lease_seconds double precision) TO muster_prober;

--
-- Name: FUNCTION runs_servers(); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.runs_servers() FROM PUBLIC;
GRANT ALL ON FUNCTION muster.runs_servers() TO muster_app;

--
-- Name: FUNCTION scope_list(); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.scope_list() FROM PUBLIC;
GRANT ALL ON FUNCTION muster.scope_list() TO muster_app;

--
-- Name: FUNCTION scopes_holding(server uuid, scopes text[]); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.scopes_holding(server uuid, scopes text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION muster.scopes_holding(server uuid, scopes text[]) TO muster_app;

--
-- Name: FUNCTION sees_all(); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.sees_all() FROM PUBLIC;
GRANT ALL ON FUNCTION muster.sees_all() TO muster_app;

--
-- Name: FUNCTION servers_in(scopes text[]); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.servers_in(scopes text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION muster.servers_in(scopes text[]) TO muster_app;

--
-- Name: FUNCTION servers_of_client(client uuid, moment timestamp with time zone); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.servers_of_client(client uuid, moment timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION sites_of_finding(server uuid, evidence jsonb, place jsonb); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.sites_of_finding(server uuid, evidence jsonb, place jsonb) FROM PUBLIC;

--
-- Name: FUNCTION visible_jails(); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.visible_jails() FROM PUBLIC;
GRANT ALL ON FUNCTION muster.visible_jails() TO muster_app;

--
-- Name: FUNCTION visible_servers(); Type: ACL; Schema: muster; Owner: muster_owner
--

REVOKE ALL ON FUNCTION muster.visible_servers() FROM PUBLIC;
GRANT ALL ON FUNCTION muster.visible_servers() TO muster_app;

--
-- Name: TABLE appends; Type: ACL; Schema: es; Owner: muster_owner
--

GRANT SELECT ON TABLE es.appends TO muster_app;
GRANT SELECT ON TABLE es.appends TO muster_worker;
GRANT SELECT ON TABLE es.appends TO muster_gateway;
GRANT SELECT ON TABLE es.appends TO muster_signer;
GRANT SELECT ON TABLE es.appends TO muster_auditor;

--
-- Name: TABLE checkpoints; Type: ACL; Schema: es; Owner: muster_owner
--

GRANT SELECT ON TABLE es.checkpoints TO muster_app;
GRANT SELECT ON TABLE es.checkpoints TO muster_worker;
GRANT SELECT ON TABLE es.checkpoints TO muster_gateway;
GRANT SELECT ON TABLE es.checkpoints TO muster_signer;
GRANT SELECT ON TABLE es.checkpoints TO muster_auditor;
GRANT SELECT ON TABLE es.checkpoints TO muster_sequencer;

--
-- Name: TABLE ddl_alerts; Type: ACL; Schema: es; Owner: muster_owner
--

GRANT SELECT ON TABLE es.ddl_alerts TO muster_sequencer;
GRANT SELECT ON TABLE es.ddl_alerts TO muster_app;
GRANT SELECT ON TABLE es.ddl_alerts TO muster_worker;
GRANT SELECT ON TABLE es.ddl_alerts TO muster_auditor;

--
-- Name: TABLE events; Type: ACL; Schema: es; Owner: muster_owner
--

GRANT SELECT ON TABLE es.events TO muster_app;
GRANT SELECT ON TABLE es.events TO muster_worker;
GRANT SELECT ON TABLE es.events TO muster_gateway;
GRANT SELECT ON TABLE es.events TO muster_signer;
GRANT SELECT ON TABLE es.events TO muster_auditor;

--
-- Name: TABLE ledger; Type: ACL; Schema: es; Owner: muster_owner
--

GRANT SELECT ON TABLE es.ledger TO muster_app;
GRANT SELECT ON TABLE es.ledger TO muster_worker;
GRANT SELECT ON TABLE es.ledger TO muster_gateway;
GRANT SELECT ON TABLE es.ledger TO muster_signer;
GRANT SELECT ON TABLE es.ledger TO muster_auditor;
GRANT SELECT ON TABLE es.ledger TO muster_sequencer;

--
-- Name: TABLE log_state; Type: ACL; Schema: es; Owner: muster_owner
--

GRANT SELECT ON TABLE es.log_state TO muster_app;
GRANT SELECT ON TABLE es.log_state TO muster_worker;
GRANT SELECT ON TABLE es.log_state TO muster_gateway;
GRANT SELECT ON TABLE es.log_state TO muster_signer;
GRANT SELECT ON TABLE es.log_state TO muster_auditor;
GRANT SELECT ON TABLE es.log_state TO muster_sequencer;

--
-- Name: TABLE pending; Type: ACL; Schema: es; Owner: muster_owner
--

GRANT SELECT ON TABLE es.pending TO muster_app;
GRANT SELECT ON TABLE es.pending TO muster_worker;
GRANT SELECT ON TABLE es.pending TO muster_auditor;
GRANT SELECT ON TABLE es.pending TO muster_sequencer;

--
-- Name: TABLE readable_events; Type: ACL; Schema: es; Owner: muster_owner
--

GRANT SELECT ON TABLE es.readable_events TO muster_app;
GRANT SELECT ON TABLE es.readable_events TO muster_worker;
GRANT SELECT ON TABLE es.readable_events TO muster_gateway;
GRANT SELECT ON TABLE es.readable_events TO muster_signer;
GRANT SELECT ON TABLE es.readable_events TO muster_auditor;

--
-- Name: TABLE reservations; Type: ACL; Schema: es; Owner: muster_owner
--

GRANT SELECT ON TABLE es.reservations TO muster_app;
GRANT SELECT ON TABLE es.reservations TO muster_worker;
GRANT SELECT ON TABLE es.reservations TO muster_auditor;

--
-- Name: TABLE streams; Type: ACL; Schema: es; Owner: muster_owner
--

GRANT SELECT ON TABLE es.streams TO muster_app;
GRANT SELECT ON TABLE es.streams TO muster_worker;
GRANT SELECT ON TABLE es.streams TO muster_gateway;
GRANT SELECT ON TABLE es.streams TO muster_signer;
GRANT SELECT ON TABLE es.streams TO muster_auditor;

--
-- Name: TABLE subscriptions; Type: ACL; Schema: es; Owner: muster_owner
--

GRANT SELECT ON TABLE es.subscriptions TO muster_app;
GRANT SELECT,INSERT,UPDATE ON TABLE es.subscriptions TO muster_worker;
GRANT SELECT ON TABLE es.subscriptions TO muster_gateway;
GRANT SELECT ON TABLE es.subscriptions TO muster_signer;
GRANT SELECT ON TABLE es.subscriptions TO muster_auditor;

--
-- Name: TABLE tiles; Type: ACL; Schema: es; Owner: muster_owner
--

GRANT SELECT ON TABLE es.tiles TO muster_app;
GRANT SELECT ON TABLE es.tiles TO muster_worker;
GRANT SELECT ON TABLE es.tiles TO muster_gateway;
GRANT SELECT ON TABLE es.tiles TO muster_signer;
GRANT SELECT ON TABLE es.tiles TO muster_auditor;
GRANT SELECT ON TABLE es.tiles TO muster_sequencer;

--
-- Name: TABLE tree_state; Type: ACL; Schema: es; Owner: muster_owner
--

GRANT SELECT ON TABLE es.tree_state TO muster_app;
GRANT SELECT ON TABLE es.tree_state TO muster_worker;
GRANT SELECT ON TABLE es.tree_state TO muster_gateway;
GRANT SELECT ON TABLE es.tree_state TO muster_signer;
GRANT SELECT ON TABLE es.tree_state TO muster_auditor;
GRANT SELECT ON TABLE es.tree_state TO muster_sequencer;

--
-- Name: TABLE witness_cosignatures; Type: ACL; Schema: es; Owner: muster_owner
--

GRANT SELECT ON TABLE es.witness_cosignatures TO muster_app;
GRANT SELECT ON TABLE es.witness_cosignatures TO muster_worker;
GRANT SELECT,INSERT ON TABLE es.witness_cosignatures TO muster_gateway;
GRANT SELECT ON TABLE es.witness_cosignatures TO muster_signer;
GRANT SELECT ON TABLE es.witness_cosignatures TO muster_auditor;

--
-- Name: TABLE access_break_glass; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.access_break_glass TO muster_auditor;
GRANT SELECT ON TABLE muster.access_break_glass TO muster_app;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.access_break_glass TO muster_worker;

--
-- Name: TABLE access_challenges; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.access_challenges TO muster_app;
GRANT DELETE ON TABLE muster.access_challenges TO muster_worker;

--
-- Name: COLUMN access_challenges.person_id; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT(person_id) ON TABLE muster.access_challenges TO muster_worker;

--
-- Name: TABLE access_credentials; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT,INSERT,UPDATE ON TABLE muster.access_credentials TO muster_app;
GRANT DELETE ON TABLE muster.access_credentials TO muster_worker;

--
-- Name: COLUMN access_credentials.person_id; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT(person_id) ON TABLE muster.access_credentials TO muster_worker;

--
-- Name: TABLE access_devices; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.access_devices TO muster_app;
GRANT DELETE ON TABLE muster.access_devices TO muster_worker;

--
-- Name: COLUMN access_devices.person_id; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT(person_id) ON TABLE muster.access_devices TO muster_worker;

--
-- Name: TABLE access_grants; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.access_grants TO muster_auditor;
GRANT SELECT ON TABLE muster.access_grants TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.access_grants TO muster_worker;

--
-- Name: TABLE access_links; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT,INSERT,UPDATE ON TABLE muster.access_links TO muster_app;
GRANT DELETE ON TABLE muster.access_links TO muster_worker;

--
-- Name: COLUMN access_links.person_id; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT(person_id) ON TABLE muster.access_links TO muster_worker;

--
-- Name: TABLE access_networks; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.access_networks TO muster_auditor;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.access_networks TO muster_app;

--
-- Name: TABLE access_owner_links; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT,INSERT,UPDATE ON TABLE muster.access_owner_links TO muster_app;

--
-- Name: TABLE access_passkeys; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.access_passkeys TO muster_app;
GRANT DELETE ON TABLE muster.access_passkeys TO muster_worker;

--
-- Name: COLUMN access_passkeys.person_id; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT(person_id) ON TABLE muster.access_passkeys TO muster_worker;

--
-- Name: TABLE access_people; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.access_people TO muster_auditor;
GRANT SELECT ON TABLE muster.access_people TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.access_people TO muster_worker;

--
-- Name: TABLE access_recovery_codes; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.access_recovery_codes TO muster_app;
GRANT DELETE ON TABLE muster.access_recovery_codes TO muster_worker;

--
-- Name: COLUMN access_recovery_codes.person_id; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT(person_id) ON TABLE muster.access_recovery_codes TO muster_worker;

--
-- Name: TABLE access_refusals; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.access_refusals TO muster_auditor;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.access_refusals TO muster_app;

--
-- Name: COLUMN access_refusals.accounts; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT(accounts),UPDATE(accounts) ON TABLE muster.access_refusals TO muster_worker;

--
-- Name: TABLE access_roles; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.access_roles TO muster_auditor;
GRANT SELECT ON TABLE muster.access_roles TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.access_roles TO muster_worker;

--
-- Name: TABLE access_service_accounts; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.access_service_accounts TO muster_auditor;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.access_service_accounts TO muster_app;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.access_service_accounts TO muster_worker;

--
-- Name: TABLE access_sessions; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT,INSERT,UPDATE ON TABLE muster.access_sessions TO muster_app;
GRANT SELECT,DELETE ON TABLE muster.access_sessions TO muster_worker;

--
-- Name: TABLE access_sign_in_policy; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.access_sign_in_policy TO muster_auditor;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.access_sign_in_policy TO muster_app;

--
-- Name: TABLE access_throttle; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.access_throttle TO muster_auditor;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.access_throttle TO muster_app;
GRANT DELETE ON TABLE muster.access_throttle TO muster_worker;

--
-- Name: COLUMN access_throttle.subject; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT(subject) ON TABLE muster.access_throttle TO muster_worker;

--
-- Name: TABLE access_token_keys; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT,INSERT,UPDATE ON TABLE muster.access_token_keys TO muster_app;

--
-- Name: COLUMN access_token_keys.token_id; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT(token_id) ON TABLE muster.access_token_keys TO muster_auditor;

--
-- Name: COLUMN access_token_keys.used_at; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT(used_at) ON TABLE muster.access_token_keys TO muster_auditor;

--
-- Name: COLUMN access_token_keys.refused_at; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT(refused_at) ON TABLE muster.access_token_keys TO muster_auditor;

--
-- Name: TABLE access_token_policy; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.access_token_policy TO muster_auditor;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.access_token_policy TO muster_app;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.access_token_policy TO muster_worker;

--
-- Name: TABLE access_tokens; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.access_tokens TO muster_auditor;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.access_tokens TO muster_app;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.access_tokens TO muster_worker;

--
-- Name: TABLE audit_entries; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.audit_entries TO muster_auditor;
GRANT SELECT ON TABLE muster.audit_entries TO muster_app;
GRANT SELECT,INSERT ON TABLE muster.audit_entries TO muster_worker;

--
-- Name: TABLE audit_tasks; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.audit_tasks TO muster_auditor;
GRANT SELECT,INSERT ON TABLE muster.audit_tasks TO muster_worker;

--
-- Name: TABLE bans_ban_log; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.bans_ban_log TO muster_auditor;
GRANT SELECT ON TABLE muster.bans_ban_log TO muster_app;
GRANT SELECT,INSERT ON TABLE muster.bans_ban_log TO muster_worker;
GRANT SELECT,INSERT ON TABLE muster.bans_ban_log TO muster_gateway;

--
-- Name: TABLE bans_ban_log_other; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.bans_ban_log_other TO muster_auditor;

--
-- Name: TABLE bans_blocks; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.bans_blocks TO muster_auditor;
GRANT SELECT ON TABLE muster.bans_blocks TO muster_app;
GRANT SELECT ON TABLE muster.bans_blocks TO muster_gateway;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.bans_blocks TO muster_worker;

--
-- Name: TABLE bans_desired; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.bans_desired TO muster_auditor;
GRANT SELECT ON TABLE muster.bans_desired TO muster_app;
GRANT SELECT ON TABLE muster.bans_desired TO muster_gateway;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.bans_desired TO muster_worker;

--
-- Name: TABLE bans_desired_blocks; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.bans_desired_blocks TO muster_auditor;
GRANT SELECT ON TABLE muster.bans_desired_blocks TO muster_app;
GRANT SELECT ON TABLE muster.bans_desired_blocks TO muster_gateway;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.bans_desired_blocks TO muster_worker;

--
-- Name: TABLE bans_desired_groups; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.bans_desired_groups TO muster_auditor;
GRANT SELECT ON TABLE muster.bans_desired_groups TO muster_app;
GRANT SELECT ON TABLE muster.bans_desired_groups TO muster_gateway;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.bans_desired_groups TO muster_worker;

--
-- Name: TABLE bans_desired_protections; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.bans_desired_protections TO muster_auditor;
GRANT SELECT ON TABLE muster.bans_desired_protections TO muster_app;
GRANT SELECT ON TABLE muster.bans_desired_protections TO muster_gateway;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.bans_desired_protections TO muster_worker;

--
-- Name: TABLE bans_desired_tasks; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.bans_desired_tasks TO muster_auditor;
GRANT SELECT ON TABLE muster.bans_desired_tasks TO muster_app;
GRANT SELECT ON TABLE muster.bans_desired_tasks TO muster_gateway;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.bans_desired_tasks TO muster_worker;

--
-- Name: TABLE bans_desired_version; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.bans_desired_version TO muster_auditor;
GRANT SELECT ON TABLE muster.bans_desired_version TO muster_app;
GRANT SELECT ON TABLE muster.bans_desired_version TO muster_gateway;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.bans_desired_version TO muster_worker;

--
-- Name: TABLE bans_enforcements; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.bans_enforcements TO muster_auditor;
GRANT SELECT ON TABLE muster.bans_enforcements TO muster_app;
GRANT SELECT ON TABLE muster.bans_enforcements TO muster_gateway;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.bans_enforcements TO muster_worker;

--
-- Name: TABLE bans_fail2ban; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.bans_fail2ban TO muster_auditor;
GRANT SELECT ON TABLE muster.bans_fail2ban TO muster_app;
GRANT SELECT ON TABLE muster.bans_fail2ban TO muster_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.bans_fail2ban TO muster_gateway;

--
-- Name: TABLE bans_held; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.bans_held TO muster_auditor;
GRANT SELECT ON TABLE muster.bans_held TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.bans_held TO muster_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.bans_held TO muster_gateway;

--
-- Name: TABLE bans_jails; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.bans_jails TO muster_auditor;
GRANT SELECT ON TABLE muster.bans_jails TO muster_app;
GRANT SELECT ON TABLE muster.bans_jails TO muster_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.bans_jails TO muster_gateway;

--
-- Name: TABLE bans_protections; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.bans_protections TO muster_auditor;
GRANT SELECT ON TABLE muster.bans_protections TO muster_app;
GRANT SELECT ON TABLE muster.bans_protections TO muster_gateway;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.bans_protections TO muster_worker;

--
-- Name: TABLE clients_clients; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.clients_clients TO muster_auditor;
GRANT SELECT ON TABLE muster.clients_clients TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.clients_clients TO muster_worker;

--
-- Name: TABLE clients_found; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.clients_found TO muster_auditor;
GRANT SELECT ON TABLE muster.clients_found TO muster_app;
GRANT SELECT ON TABLE muster.clients_found TO muster_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.clients_found TO muster_gateway;

--
-- Name: TABLE clients_found_sites; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.clients_found_sites TO muster_auditor;
GRANT SELECT ON TABLE muster.clients_found_sites TO muster_app;
GRANT SELECT ON TABLE muster.clients_found_sites TO muster_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.clients_found_sites TO muster_gateway;

--
-- Name: TABLE clients_people; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.clients_people TO muster_auditor;
GRANT SELECT ON TABLE muster.clients_people TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.clients_people TO muster_worker;

--
-- Name: TABLE clients_rules; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.clients_rules TO muster_auditor;
GRANT SELECT ON TABLE muster.clients_rules TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.clients_rules TO muster_worker;

--
-- Name: TABLE clients_servers; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.clients_servers TO muster_auditor;
GRANT SELECT ON TABLE muster.clients_servers TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.clients_servers TO muster_worker;

--
-- Name: TABLE clients_site_spans; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.clients_site_spans TO muster_auditor;
GRANT SELECT ON TABLE muster.clients_site_spans TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.clients_site_spans TO muster_worker;

--
-- Name: TABLE clients_sites; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.clients_sites TO muster_auditor;
GRANT SELECT ON TABLE muster.clients_sites TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.clients_sites TO muster_worker;

--
-- Name: TABLE operations_cancels; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.operations_cancels TO muster_auditor;
GRANT SELECT,INSERT,DELETE ON TABLE muster.operations_cancels TO muster_worker;
GRANT SELECT,UPDATE ON TABLE muster.operations_cancels TO muster_signer;
GRANT SELECT ON TABLE muster.operations_cancels TO muster_gateway;
GRANT SELECT ON TABLE muster.operations_cancels TO muster_app;

--
-- Name: TABLE operations_holds; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.operations_holds TO muster_auditor;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_holds TO muster_app;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_holds TO muster_worker;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_holds TO muster_gateway;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_holds TO muster_signer;

--
-- Name: TABLE operations_journals; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.operations_journals TO muster_auditor;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_journals TO muster_app;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_journals TO muster_worker;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_journals TO muster_gateway;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_journals TO muster_signer;

--
-- Name: TABLE operations_lanes; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.operations_lanes TO muster_auditor;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_lanes TO muster_worker;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_lanes TO muster_gateway;

--
-- Name: TABLE operations_lost_actions; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.operations_lost_actions TO muster_auditor;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_lost_actions TO muster_app;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_lost_actions TO muster_worker;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_lost_actions TO muster_gateway;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_lost_actions TO muster_signer;

--
-- Name: TABLE operations_operations; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.operations_operations TO muster_auditor;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_operations TO muster_app;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_operations TO muster_worker;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_operations TO muster_gateway;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_operations TO muster_signer;

--
-- Name: SEQUENCE operations_operations_number_seq; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT USAGE ON SEQUENCE muster.operations_operations_number_seq TO muster_app;
GRANT USAGE ON SEQUENCE muster.operations_operations_number_seq TO muster_worker;
GRANT USAGE ON SEQUENCE muster.operations_operations_number_seq TO muster_gateway;
GRANT USAGE ON SEQUENCE muster.operations_operations_number_seq TO muster_signer;

--
-- Name: TABLE operations_stops; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.operations_stops TO muster_auditor;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_stops TO muster_app;
GRANT SELECT ON TABLE muster.operations_stops TO muster_worker;
GRANT SELECT ON TABLE muster.operations_stops TO muster_gateway;
GRANT SELECT ON TABLE muster.operations_stops TO muster_signer;

--
-- Name: TABLE operations_tasks; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.operations_tasks TO muster_auditor;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_tasks TO muster_app;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_tasks TO muster_worker;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_tasks TO muster_gateway;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.operations_tasks TO muster_signer;

--
-- Name: SEQUENCE operations_tasks_place_seq; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT USAGE ON SEQUENCE muster.operations_tasks_place_seq TO muster_app;
GRANT USAGE ON SEQUENCE muster.operations_tasks_place_seq TO muster_worker;
GRANT USAGE ON SEQUENCE muster.operations_tasks_place_seq TO muster_gateway;
GRANT USAGE ON SEQUENCE muster.operations_tasks_place_seq TO muster_signer;

--
-- Name: TABLE platform_commands; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.platform_commands TO muster_auditor;
GRANT SELECT,INSERT,DELETE ON TABLE muster.platform_commands TO muster_app;

--
-- Name: TABLE posture_approvals; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_approvals TO muster_auditor;
GRANT SELECT ON TABLE muster.posture_approvals TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.posture_approvals TO muster_worker;

--
-- Name: TABLE posture_coverage; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_coverage TO muster_auditor;
GRANT SELECT ON TABLE muster.posture_coverage TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.posture_coverage TO muster_worker;

--
-- Name: TABLE posture_duties; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_duties TO muster_auditor;
GRANT SELECT ON TABLE muster.posture_duties TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.posture_duties TO muster_worker;

--
-- Name: TABLE posture_finding_notes; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_finding_notes TO muster_auditor;
GRANT SELECT ON TABLE muster.posture_finding_notes TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.posture_finding_notes TO muster_worker;

--
-- Name: TABLE posture_findings; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_findings TO muster_auditor;
GRANT SELECT ON TABLE muster.posture_findings TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.posture_findings TO muster_worker;

--
-- Name: TABLE posture_groups; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_groups TO muster_auditor;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.posture_groups TO muster_worker;

--
-- Name: TABLE posture_host_changes; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_host_changes TO muster_auditor;
GRANT SELECT ON TABLE muster.posture_host_changes TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.posture_host_changes TO muster_worker;

--
-- Name: TABLE posture_intake; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_intake TO muster_auditor;
GRANT SELECT ON TABLE muster.posture_intake TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.posture_intake TO muster_worker;

--
-- Name: TABLE posture_inventory; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_inventory TO muster_auditor;
GRANT SELECT ON TABLE muster.posture_inventory TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.posture_inventory TO muster_worker;

--
-- Name: TABLE posture_inventory_readings; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_inventory_readings TO muster_auditor;
GRANT SELECT ON TABLE muster.posture_inventory_readings TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.posture_inventory_readings TO muster_worker;

--
-- Name: TABLE posture_judgements; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_judgements TO muster_auditor;
GRANT SELECT ON TABLE muster.posture_judgements TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.posture_judgements TO muster_worker;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.posture_judgements TO muster_gateway;

--
-- Name: TABLE posture_outside_reports; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_outside_reports TO muster_auditor;
GRANT SELECT ON TABLE muster.posture_outside_reports TO muster_app;
GRANT SELECT ON TABLE muster.posture_outside_reports TO muster_worker;

--
-- Name: TABLE posture_outside_turns; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_outside_turns TO muster_auditor;

--
-- Name: TABLE posture_policies; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_policies TO muster_auditor;
GRANT SELECT ON TABLE muster.posture_policies TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.posture_policies TO muster_worker;

--
-- Name: TABLE posture_reports; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_reports TO muster_auditor;
GRANT SELECT ON TABLE muster.posture_reports TO muster_app;
GRANT SELECT,DELETE ON TABLE muster.posture_reports TO muster_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.posture_reports TO muster_gateway;

--
-- Name: TABLE posture_scores; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_scores TO muster_auditor;
GRANT SELECT ON TABLE muster.posture_scores TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.posture_scores TO muster_worker;

--
-- Name: TABLE posture_waiver_findings; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_waiver_findings TO muster_auditor;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.posture_waiver_findings TO muster_worker;

--
-- Name: TABLE posture_waivers; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.posture_waivers TO muster_auditor;
GRANT SELECT ON TABLE muster.posture_waivers TO muster_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.posture_waivers TO muster_worker;

--
-- Name: TABLE releases_rollouts; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.releases_rollouts TO muster_auditor;
GRANT SELECT ON TABLE muster.releases_rollouts TO muster_app;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.releases_rollouts TO muster_worker;

--
-- Name: TABLE releases_waves; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.releases_waves TO muster_auditor;
GRANT SELECT ON TABLE muster.releases_waves TO muster_app;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.releases_waves TO muster_worker;

--
-- Name: TABLE reviews_items; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.reviews_items TO muster_auditor;
GRANT SELECT ON TABLE muster.reviews_items TO muster_app;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.reviews_items TO muster_worker;

--
-- Name: TABLE reviews_reviews; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.reviews_reviews TO muster_auditor;
GRANT SELECT ON TABLE muster.reviews_reviews TO muster_app;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.reviews_reviews TO muster_worker;

--
-- Name: TABLE servers_barred; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.servers_barred TO muster_auditor;
GRANT SELECT ON TABLE muster.servers_barred TO muster_app;
GRANT SELECT ON TABLE muster.servers_barred TO muster_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.servers_barred TO muster_gateway;

--
-- Name: TABLE servers_batches; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.servers_batches TO muster_auditor;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.servers_batches TO muster_gateway;

--
-- Name: TABLE servers_capabilities; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.servers_capabilities TO muster_auditor;
GRANT SELECT ON TABLE muster.servers_capabilities TO muster_app;
GRANT SELECT ON TABLE muster.servers_capabilities TO muster_gateway;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.servers_capabilities TO muster_worker;

--
-- Name: TABLE servers_enrolments; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.servers_enrolments TO muster_auditor;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.servers_enrolments TO muster_app;
GRANT SELECT ON TABLE muster.servers_enrolments TO muster_gateway;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.servers_enrolments TO muster_worker;

--
-- Name: COLUMN servers_enrolments.downloaded_at; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT UPDATE(downloaded_at) ON TABLE muster.servers_enrolments TO muster_gateway;

--
-- Name: TABLE servers_gateways; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.servers_gateways TO muster_auditor;
GRANT SELECT ON TABLE muster.servers_gateways TO muster_app;
GRANT SELECT,DELETE ON TABLE muster.servers_gateways TO muster_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.servers_gateways TO muster_gateway;

--
-- Name: TABLE servers_group_members; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.servers_group_members TO muster_auditor;
GRANT SELECT ON TABLE muster.servers_group_members TO muster_app;
GRANT SELECT ON TABLE muster.servers_group_members TO muster_gateway;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.servers_group_members TO muster_worker;

--
-- Name: TABLE servers_groups; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.servers_groups TO muster_auditor;
GRANT SELECT ON TABLE muster.servers_groups TO muster_app;
GRANT SELECT ON TABLE muster.servers_groups TO muster_gateway;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.servers_groups TO muster_worker;

--
-- Name: TABLE servers_inventory; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.servers_inventory TO muster_auditor;
GRANT SELECT ON TABLE muster.servers_inventory TO muster_app;
GRANT SELECT ON TABLE muster.servers_inventory TO muster_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.servers_inventory TO muster_gateway;

--
-- Name: TABLE servers_presence; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.servers_presence TO muster_auditor;
GRANT SELECT ON TABLE muster.servers_presence TO muster_app;
GRANT SELECT,UPDATE ON TABLE muster.servers_presence TO muster_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE muster.servers_presence TO muster_gateway;

--
-- Name: TABLE servers_servers; Type: ACL; Schema: muster; Owner: muster_owner
--

GRANT SELECT ON TABLE muster.servers_servers TO muster_auditor;
GRANT SELECT ON TABLE muster.servers_servers TO muster_app;
GRANT SELECT ON TABLE muster.servers_servers TO muster_gateway;
GRANT SELECT,INSERT,UPDATE ON TABLE muster.servers_servers TO muster_worker;

--
-- Name: TABLE data_keys; Type: ACL; Schema: vault; Owner: muster_owner
--

GRANT SELECT,INSERT ON TABLE vault.data_keys TO muster_app;
GRANT SELECT,INSERT ON TABLE vault.data_keys TO muster_worker;
GRANT SELECT,INSERT ON TABLE vault.data_keys TO muster_gateway;

--
-- Name: TABLE erased_subjects; Type: ACL; Schema: vault; Owner: muster_owner
--

GRANT SELECT ON TABLE vault.erased_subjects TO muster_app;
GRANT SELECT,INSERT ON TABLE vault.erased_subjects TO muster_worker;
GRANT SELECT ON TABLE vault.erased_subjects TO muster_gateway;
GRANT SELECT ON TABLE vault.erased_subjects TO muster_signer;

--
-- Name: TABLE subject_keys; Type: ACL; Schema: vault; Owner: muster_owner
--

GRANT SELECT,INSERT ON TABLE vault.subject_keys TO muster_app;
GRANT SELECT,DELETE ON TABLE vault.subject_keys TO muster_worker;
GRANT SELECT ON TABLE vault.subject_keys TO muster_gateway;

--
-- Name: DEFAULT PRIVILEGES FOR TABLES; Type: DEFAULT ACL; Schema: muster; Owner: muster_owner
--

ALTER DEFAULT PRIVILEGES FOR ROLE muster_owner IN SCHEMA muster GRANT SELECT ON TABLES  TO muster_auditor;

--
-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: -; Owner: muster_owner
--

ALTER DEFAULT PRIVILEGES FOR ROLE muster_owner REVOKE ALL ON FUNCTIONS  FROM PUBLIC;

--
-- Name: muster_note_ddl; Type: EVENT TRIGGER; Schema: -; Owner: postgres
--

CREATE EVENT TRIGGER muster_note_ddl ON ddl_command_end
   EXECUTE FUNCTION es.note_ddl();

ALTER EVENT TRIGGER muster_note_ddl ENABLE ALWAYS;

ALTER EVENT TRIGGER muster_note_ddl OWNER TO postgres;

--
-- Name: muster_note_drop; Type: EVENT TRIGGER; Schema: -; Owner: postgres
--

CREATE EVENT TRIGGER muster_note_drop ON sql_drop
   EXECUTE FUNCTION es.note_drop();

ALTER EVENT TRIGGER muster_note_drop ENABLE ALWAYS;

ALTER EVENT TRIGGER muster_note_drop OWNER TO postgres;

--
-- PostgreSQL database dump complete
--
