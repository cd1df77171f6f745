// What was open, covered and scored, from when until when, so that any past moment is one question. The tables of 0100 knew
// the present alone; these hold it as the rows that have no end. All of it is made from events, and is made anew now.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, spans);
  const all = ['select', 'insert', 'update', 'delete'] as const;
  for (const table of ['findings', 'coverage', 'scores'] as const) {
    await grant(db, `muster.posture_${table}`, { app: ['select'], worker: all });
    await run(db, guarded(`posture_${table}`));
  }
}

const spans = `
drop table muster.posture_findings, muster.posture_coverage, muster.posture_scores, muster.posture_score_days;

-- One row while nothing about an open finding is different; the next begins where it ends.
create table muster.posture_findings (
  finding_id uuid not null,
  from_at timestamptz not null,
  -- null: it is open now.
  to_at timestamptz,
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
  -- The waiver that covered it meanwhile.
  waiver_id uuid,
  primary key (finding_id, from_at)
);
create unique index on muster.posture_findings (finding_id) where to_at is null;
create index on muster.posture_findings (server_id, from_at);
create index on muster.posture_findings (check_id, opened_position, finding_id);
-- Groups are counted over everything that is open.
create index on muster.posture_findings (tenant_id, check_id, server_id) include (waiver_id, opened_at) where to_at is null;
create index on muster.posture_findings (tenant_id, opened_at) where to_at is null;
create index on muster.posture_findings (tenant_id, to_at) where to_at is not null;
create index on muster.posture_findings (waiver_id) where to_at is null and waiver_id is not null;

create table muster.posture_coverage (
  server_id uuid not null,
  from_at timestamptz not null,
  to_at timestamptz,
  tenant_id uuid not null,
  -- Which checks there were, by area; null for what was judged before events said so.
  asked jsonb,
  -- Those without an answer, each with its state and why.
  uncovered jsonb not null,
  primary key (server_id, from_at)
);
create unique index on muster.posture_coverage (server_id) where to_at is null;

create table muster.posture_scores (
  server_id uuid not null,
  from_at timestamptz not null,
  to_at timestamptz,
  tenant_id uuid not null,
  score numeric(5, 2) not null,
  critical int not null,
  high int not null,
  medium int not null,
  low int not null,
  accepted int not null,
  unknown int not null,
  areas jsonb not null,
  primary key (server_id, from_at)
) with (fillfactor = 80);
create unique index on muster.posture_scores (server_id) where to_at is null;
create index on muster.posture_scores (tenant_id, score, server_id) where to_at is null;
create index on muster.posture_scores (tenant_id, from_at);
create index on muster.posture_scores (tenant_id, to_at);

truncate muster.posture_waivers, muster.posture_groups;
delete from es.subscriptions where name = 'read-model/posture-findings';
`;

function guarded(table: string): string {
  return `
    alter table muster.${table} enable row level security;
    alter table muster.${table} force row level security;
    create policy shown on muster.${table} to muster_app
      using ((select muster.sees_all()) or server_id = any (array(select muster.visible_servers())));
    create policy process on muster.${table}
      to muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor, muster_owner
      using (true) with check (true);`;
}
