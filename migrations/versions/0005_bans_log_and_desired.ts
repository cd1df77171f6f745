// Blocks and the never-blocked list as people see them, what each server should hold, what it says it holds, and the
// ban log, partitioned by month.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, seenByPeople);
  await run(db, desired);
  await run(db, reported);
  await run(db, banLog);
  const all = ['select', 'insert', 'update', 'delete'] as const;
  const readers = { app: ['select'], gateway: ['select'] } as const;
  for (const table of ['muster.bans_blocks', 'muster.bans_protections'] as const) {
    await grant(db, table, { ...readers, worker: all });
  }
  for (const name of ['', '_version', '_blocks', '_protections', '_groups', '_tasks'] as const) {
    await grant(db, `muster.bans_desired${name}`, { ...readers, worker: all });
  }
  await grant(db, 'muster.bans_enforcements', { ...readers, worker: all });
  await grant(db, 'muster.bans_held', { app: ['select'], worker: all, gateway: all });
  await grant(db, 'muster.bans_jails', { app: ['select'], worker: ['select'], gateway: all });
  await grant(db, 'muster.bans_fail2ban', { app: ['select'], worker: ['select'], gateway: all });
  await grant(db, 'muster.bans_ban_log', {
    app: ['select'],
    worker: ['select', 'insert'],
    gateway: ['select', 'insert'],
  });
  await run(
    db,
    `revoke all on function muster.bans_ensure_month(date) from public;
     grant execute on function muster.bans_ensure_month(date) to muster_worker, muster_gateway`,
  );
}

const seenByPeople = `
create table muster.bans_blocks (
  block_id uuid primary key,
  tenant_id uuid not null,
  -- Stream of this range on this target; a later block of the same continues it.
  stream_id text not null,
  range inet not null,
  target jsonb not null,
  until timestamptz,
  reason text not null,
  blocked_by text not null,
  blocked_by_kind text not null,
  blocked_at timestamptz not null,
  operation_id uuid not null,
  ended_at timestamptz,
  ended_why text check (ended_why in ('lifted', 'expired'))
);
create index on muster.bans_blocks (tenant_id, blocked_at desc, block_id desc) where ended_at is null;
create index on muster.bans_blocks (until) where ended_at is null and until is not null;
create index on muster.bans_blocks using gist (range inet_ops) where ended_at is null;

create table muster.bans_protections (
  entry_id uuid primary key,
  tenant_id uuid not null,
  range inet not null,
  label text not null,
  origin text not null check (origin in ('system', 'person')),
  kind text not null,
  owner uuid,
  reason text,
  until timestamptz,
  since timestamptz not null,
  ended_at timestamptz
);
create index on muster.bans_protections using gist (range inet_ops) where ended_at is null;
create index on muster.bans_protections (until) where ended_at is null and until is not null;
`;

// Owned by one policy and moved with its checkpoint: what each server should hold, in its own order of the log.
const desired = `
create table muster.bans_desired (
  server_id uuid primary key,
  tenant_id uuid not null,
  confirmed boolean not null,
  managed boolean not null,
  withdrawn boolean not null,
  -- Only grows; every task takes a server from one revision to the next.
  revision bigint not null,
  changed_at timestamptz not null default clock_timestamp()
) with (fillfactor = 70);
create table muster.bans_desired_version (
  only_row boolean primary key default true check (only_row),
  version bigint not null
);
insert into muster.bans_desired_version (version) values (0);
create table muster.bans_desired_blocks (
  block_id uuid primary key,
  tenant_id uuid not null,
  range text not null,
  target jsonb not null,
  until timestamptz
);
create table muster.bans_desired_protections (
  entry_id uuid primary key,
  tenant_id uuid not null,
  range text not null
);
create table muster.bans_desired_groups (
  group_id uuid not null,
  server_id uuid not null,
  primary key (group_id, server_id)
);
create table muster.bans_desired_tasks (
  task_id uuid primary key,
  server_id uuid not null,
  operation_id uuid not null,
  kind text not null check (kind in ('apply', 'snapshot', 'manage')),
  revision bigint,
  asked_at timestamptz not null
);
create index on muster.bans_desired_tasks (server_id);

-- From the event that asked to the receipt that proved it, on our clock.
create table muster.bans_enforcements (
  task_id uuid primary key,
  server_id uuid not null,
  operation_id uuid not null,
  revision bigint not null,
  asked_at timestamptz not null,
  enforced_at timestamptz not null
);
create index on muster.bans_enforcements (enforced_at);
create index on muster.bans_enforcements (operation_id);
`;

// What servers say; their word, judged here.
const reported = `
create table muster.bans_held (
  server_id uuid primary key,
  at timestamptz not null,
  heard_at timestamptz not null default clock_timestamp(),
  revision bigint not null,
  hash text,
  blocks int not null,
  protected int not null,
  fail2ban_synced boolean,
  problem text,
  -- Whether it held what was desired of this revision: null until judged.
  matches boolean,
  differs_since timestamptz,
  -- What the last event said, so that a drift is told once.
  drift_told text
) with (fillfactor = 70);

create table muster.bans_fail2ban (
  server_id uuid primary key,
  at timestamptz not null,
  version text,
  running boolean,
  why text
);
create table muster.bans_jails (
  server_id uuid not null,
  jail text not null,
  at timestamptz not null,
  banned inet[] not null,
  banned_total bigint not null,
  failed_total bigint not null,
  max_retry int,
  find_seconds int,
  ban_seconds int,
  primary key (server_id, jail)
);
create index on muster.bans_jails using gin (banned);
`;

const banLog = `
create table muster.bans_ban_log (
  at timestamptz not null,
  -- Derived from the server and the host's own id of the line: the same line twice is one row.
  line_id uuid not null,
  tenant_id uuid not null,
  -- null: more than one server; place says which.
  server_id uuid,
  place text,
  what text not null,
  address inet,
  by_kind text not null,
  by_name text not null,
  failures int,
  ban_seconds int,
  until timestamptz,
  source text not null,
  block_id uuid,
  primary key (at, line_id)
) partition by range (at);
create index on muster.bans_ban_log (address, at, line_id);
create index on muster.bans_ban_log (server_id, at, line_id);
create index on muster.bans_ban_log (by_name, at, line_id);
-- What people and Muster did is little beside what fail2ban says, and is searched by ranges that hold an address.
create index on muster.bans_ban_log (at, line_id) where source = 'muster';
-- A host's clock may be wrong by years.
create table muster.bans_ban_log_other partition of muster.bans_ban_log default;

create function muster.bans_ensure_month(day date) returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
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
`;
