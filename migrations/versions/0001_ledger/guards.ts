// History does not change, whoever asks. A trigger on a partitioned table does not protect its partitions, a cloned
// trigger leaves with DETACH, and an ordinary trigger sleeps under session_replication_role = replica: so every
// partition has triggers of its own, and all are ENABLE ALWAYS.
export const guards = `
create function es.refuse_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '% on %.% is forbidden: the ledger is append-only', tg_op, tg_table_schema, tg_table_name
    using errcode = 'ES403';
end $$;

create function es.protect(relation regclass) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
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

create function es.ensure_partition(month date) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
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

-- This month and the next three. Called by the sequencer every hour; two at once are fine.
create function es.ensure_partitions() returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('es.ensure_partitions', 4201));
  perform es.ensure_partition(((now() at time zone 'UTC') + make_interval(months => ahead))::date) from generate_series(0, 3) ahead;
end $$;

create function es.refuse_shrink() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.size < old.size then
    raise exception '%.% only grows', tg_table_schema, tg_table_name using errcode = 'ES403';
  end if;
  return new;
end $$;

select es.protect('es.events');
select es.protect('es.ledger');
select es.protect('es.appends');
select es.ensure_partitions();
create trigger only_grows before update on es.log_state for each row execute function es.refuse_shrink();
alter table es.log_state enable always trigger only_grows;
`;
