// Approvals close findings: which program a port was approved for, when the next review is due, and on a finding's last span
// the approval that closed it.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
alter table muster.posture_approvals add column program text;
comment on column muster.posture_approvals.program is 'Of a port: who listened when it was approved; nobody answers for another';
create index on muster.posture_approvals (review_at);

alter table muster.posture_findings add column closed_by jsonb;
comment on column muster.posture_findings.closed_by is 'The approval that closed it at to_at; null when it is open, mended or gone';
`,
  );
}
