// A superuser can still detach a partition or drop a trigger. That leaves a row here, which the sequencer reports.
// Event triggers belong to a superuser, so this part runs as one.
export const ddlAlerts = `
set local role muster_owner;
create table es.ddl_alerts (
  alert_id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  who text not null,
  tag text not null,
  object text not null,
  statement text not null
);
select es.protect('es.ddl_alerts');
grant select on es.ddl_alerts to muster_sequencer, muster_app, muster_worker, muster_auditor;
reset role;

create function es.note_ddl() returns event_trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into es.ddl_alerts (who, tag, object, statement)
    select session_user, c.command_tag, c.object_identity, left(coalesce(current_query(), ''), 2000)
    from pg_event_trigger_ddl_commands() c
    where (c.schema_name = 'es' or c.object_identity like '%es.%')
      and strpos(c.object_identity, coalesce(nullif(current_setting('muster.ensuring_partition', true), ''), '?')) = 0;
end $$;
create function es.note_drop() returns event_trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into es.ddl_alerts (who, tag, object, statement)
    select session_user, tg_tag, o.object_identity, left(coalesce(current_query(), ''), 2000)
    from pg_event_trigger_dropped_objects() o where o.schema_name = 'es' and not o.is_temporary;
end $$;
create event trigger muster_note_ddl on ddl_command_end execute function es.note_ddl();
create event trigger muster_note_drop on sql_drop execute function es.note_drop();
alter event trigger muster_note_ddl enable always;
alter event trigger muster_note_drop enable always;
`;
