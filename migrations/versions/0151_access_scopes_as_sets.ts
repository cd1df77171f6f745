// What a scope holds is looked up in a set. Row conditions compared each row with an array of all servers that the asker
// sees, one after the other: a list of ten thousand rows by the reader of a group of five thousand servers cost fifty million
// comparisons. `= any (select …)` asks a hash table that is made once per statement. And which scopes hold one server is asked
// of that server, not of each scope.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';

/** As PostgreSQL writes the condition that all of these tables have. */
const AS_ARRAY = 'ANY (ARRAY( SELECT muster.visible_servers() AS visible_servers))';
const AS_SET = 'ANY ( SELECT muster.visible_servers() AS visible_servers)';

const conditions = `
do $$
declare
  shown record;
  changed integer := 0;
begin
  for shown in
    select schemaname, tablename, policyname, qual from pg_policies
    where schemaname = 'muster' and position('${AS_ARRAY}' in qual) > 0
  loop
    execute format('alter policy %I on %I.%I using (%s)', shown.policyname, shown.schemaname, shown.tablename,
      replace(shown.qual, '${AS_ARRAY}', '${AS_SET}'));
    changed := changed + 1;
  end loop;
  if changed = 0 then raise exception 'no row condition compares with an array of servers'; end if;
end $$;`;

// What could hold the server is few; what does is still said by servers_in alone.
const holding = `
create function muster.scopes_holding(server uuid, scopes text[]) returns setof text language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
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
revoke all on function muster.scopes_holding(uuid, text[]) from public;
grant execute on function muster.scopes_holding(uuid, text[]) to muster_app;`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, conditions);
  await run(db, holding);
}
