// What servers report about themselves, what checks made of it, what is accepted until when, and a score per server and
// day. Findings and waivers come from events and can be made anew from them; reports are telemetry.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, reported);
  await run(db, fromEvents);
  const all = ['select', 'insert', 'update', 'delete'] as const;
  await grant(db, 'muster.posture_reports', { app: ['select'], worker: ['select', 'delete'], gateway: all });
  await grant(db, 'muster.posture_judgements', {
    app: ['select'],
    worker: all,
    gateway: ['select', 'insert', 'update'],
  });
  for (const table of ['findings', 'coverage', 'waivers', 'scores', 'score_days'] as const) {
    await grant(db, `muster.posture_${table}`, { app: ['select'], worker: all });
  }
  await grant(db, 'muster.posture_groups', { worker: all });
  for (const [table, shown] of Object.entries(shownTo)) await run(db, guarded(table, shown));
}

const reported = `
create table muster.posture_reports (
  server_id uuid not null,
  probe text not null,
  tenant_id uuid not null,
  at timestamptz not null,
  heard_at timestamptz not null default clock_timestamp(),
  sha256 text not null,
  report jsonb not null,
  primary key (server_id, probe)
);

-- One judge, as many workers as there are: which servers are to be judged, and what their stream says is open.
create table muster.posture_judgements (
  server_id uuid primary key,
  tenant_id uuid not null,
  due_at timestamptz,
  judged_at timestamptz,
  -- Version of dates and limits it was judged by.
  policy int not null default 0,
  -- Of the server's stream, with what is open after that version; another version means that it is read again.
  version bigint not null default 0,
  state jsonb
) with (fillfactor = 70);
create index on muster.posture_judgements (due_at) where due_at is not null;
create index on muster.posture_judgements (judged_at);
`;

const fromEvents = `
create table muster.posture_findings (
  finding_id uuid primary key,
  tenant_id uuid not null,
  server_id uuid not null,
  check_id text not null,
  subject text,
  area text not null,
  severity text not null check (severity in ('critical', 'high', 'medium', 'low')),
  evidence jsonb not null,
  opened_at timestamptz not null,
  opened_position bigint not null,
  changed_at timestamptz not null,
  observed_at timestamptz not null,
  closed_at timestamptz,
  -- The waiver that covers it now.
  waiver_id uuid
);
create index on muster.posture_findings (server_id) where closed_at is null;
create index on muster.posture_findings (check_id, opened_at, finding_id) where closed_at is null;

create table muster.posture_coverage (
  server_id uuid not null,
  check_id text not null,
  state text not null check (state in ('unknown', 'not-applicable', 'error')),
  why text not null,
  primary key (server_id, check_id)
);

create table muster.posture_waivers (
  waiver_id uuid primary key,
  tenant_id uuid not null,
  check_id text not null,
  target jsonb not null,
  subject text,
  owner text not null,
  reason text not null,
  state text not null check (state in ('asked', 'standing', 'ended')),
  asked_at timestamptz not null,
  until timestamptz not null,
  approved_by text,
  ended_at timestamptz,
  ended_why text,
  warned boolean not null default false
);
create index on muster.posture_waivers (until) where state <> 'ended';
create index on muster.posture_waivers (check_id) where state = 'standing';

-- Which group holds which server, for waivers of groups.
create table muster.posture_groups (
  group_id uuid not null,
  server_id uuid not null,
  primary key (group_id, server_id)
);

create table muster.posture_scores (
  server_id uuid primary key,
  tenant_id uuid not null,
  score numeric(5, 2) not null,
  critical int not null,
  high int not null,
  medium int not null,
  low int not null,
  accepted int not null,
  unknown int not null,
  areas jsonb not null
) with (fillfactor = 70);
create index on muster.posture_scores (tenant_id, score, server_id);

create table muster.posture_score_days (
  server_id uuid not null,
  day date not null,
  score numeric(5, 2) not null,
  primary key (server_id, day)
);
`;

const VISIBLE = 'array(select muster.visible_servers())';
const ALL = '(select muster.sees_all())';
const SCOPES = '(select muster.scope_list())::text[]';
const ofServer = `${ALL} or server_id = any (${VISIBLE})`;

const shownTo: Readonly<Record<string, string>> = {
  posture_reports: ofServer,
  posture_judgements: ofServer,
  posture_findings: ofServer,
  posture_coverage: ofServer,
  posture_scores: ofServer,
  posture_score_days: ofServer,
  posture_waivers: `${ALL}
    or (target ->> 'kind' = 'fleet' and cardinality(${VISIBLE}) > 0)
    or (target ->> 'kind' = 'server' and (target ->> 'serverId')::uuid = any (${VISIBLE}))
    or (target ->> 'kind' = 'group' and 'group:' || (target ->> 'groupId') = any (${SCOPES}))`,
};

function guarded(table: string, shown: string): string {
  return `
    alter table muster.${table} enable row level security;
    alter table muster.${table} force row level security;
    create policy shown on muster.${table} to muster_app using (${shown});
    create policy process on muster.${table}
      to muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor, muster_owner
      using (true) with check (true);`;
}
