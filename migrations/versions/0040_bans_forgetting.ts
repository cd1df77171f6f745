// Whole months of the ban log end with their partition: nothing is deleted line by line, and nothing is left for vacuum.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create function muster.bans_months() returns setof date language sql stable security definer
      set search_path = pg_catalog, pg_temp as $$
      select to_date(right(relid::text, 7), 'YYYY_MM')
      from pg_partition_tree('muster.bans_ban_log') where isleaf and relid::text ~ 'bans_ban_log_[0-9]{4}_[0-9]{2}$'
      order by 1
    $$;

    -- Never the present month or the one before it, whatever is asked for.
    create function muster.bans_forget_month(month date) returns bigint language plpgsql security definer
      set search_path = pg_catalog, pg_temp as $$
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

    revoke all on function muster.bans_months(), muster.bans_forget_month(date) from public;
    grant execute on function muster.bans_months(), muster.bans_forget_month(date) to muster_worker;
  `,
  );
}
