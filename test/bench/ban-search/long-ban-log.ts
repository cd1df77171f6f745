// A month with millions of lines, written into a table of its own and attached when its indexes are made: line by line into
// six indexes would take most of an hour.
import { DEFAULT_TENANT } from '@muster/kernel/ids';
import type pg from 'pg';

const DAYS = 27;

export interface LongBanLog {
  /** First moment of the month. */
  from: Date;
  days: number;
}

/** Lines are spread over servers and days; every address of 10.0.0.0/12 comes now and then, a few all the time. */
export async function writeLongBanLog(
  admin: pg.Client,
  lines: number,
  servers: readonly string[],
): Promise<LongBanLog> {
  const now = new Date();
  const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1));
  const to = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  const month = `muster.bans_ban_log_${from.toISOString().slice(0, 7).replace('-', '_')}`;
  await admin.query("set maintenance_work_mem = '1GB'");
  await admin.query(`create table ${month} (like muster.bans_ban_log including defaults including constraints)`);
  await admin.query(
    `insert into ${month} (at, line_id, tenant_id, server_id, what, address, by_kind, by_name, failures, ban_seconds, source)
     select $1::timestamptz + (i * interval '${DAYS} days' / $2::bigint), gen_random_uuid(), $3::uuid,
       ($4::uuid[])[1 + (i * 7919) % cardinality($4::uuid[])],
       case when i % 8 < 6 then 'found' when i % 8 = 6 then 'banned' else 'unbanned' end,
       '10.0.0.0'::inet + case when i % 5 = 0 then (i * 31) % 64 else (i * 104729) % 1048576 end,
       'jail', (array['sshd', 'nginx-http-auth', 'postfix-sasl', 'dovecot'])[1 + i % 4], 5, 600, 'log'
     from generate_series(0, $2::bigint - 1) as i`,
    [from.toISOString(), lines, DEFAULT_TENANT, servers],
  );
  await admin.query(`alter table ${month} owner to muster_owner`);
  await admin.query(
    `alter table muster.bans_ban_log attach partition ${month} for values from ('${from.toISOString()}') to ('${to.toISOString()}')`,
  );
  await admin.query(`vacuum analyze ${month}`);
  return { from, days: DAYS };
}
