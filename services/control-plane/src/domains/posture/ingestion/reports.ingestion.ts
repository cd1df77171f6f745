// Keeps the newest report of each probe and has the server judged when it says something new. Probes that this version
// does not know are passed over: the agent sends everything again within a day.
import type { ProbeReport } from '@muster/contracts/posture';
import { probes } from '@muster/posture/probes';
import { sql } from 'kysely';
import type { LinkedServer } from '../../../platform/agent-link/link-registry.ts';
import type { Connection } from '../../../platform/database/database.ts';

const KNOWN: ReadonlySet<string> = new Set(probes.map(({ name }) => name));

export class ReportsIngestion {
  constructor(private readonly database: Connection) {}

  async take({ serverId, tenantId }: LinkedServer, items: readonly ProbeReport[]): Promise<void> {
    const report = items.at(-1);
    if (!report || !KNOWN.has(report.probe)) return;
    const { probe, at, sha256 } = report;
    const { rows } = await sql<{ news: boolean }>`
      with before as (
        select sha256 from muster.posture_reports where server_id = ${serverId} and probe = ${probe}),
      kept as (
        insert into muster.posture_reports (server_id, probe, tenant_id, at, sha256, report)
        values (${serverId}, ${probe}, ${tenantId}, ${notAhead(at)}, ${sha256}, ${JSON.stringify({ ...report, at: notAhead(at) })}::jsonb)
        on conflict (server_id, probe) do update set at = excluded.at, heard_at = clock_timestamp(),
          sha256 = excluded.sha256, report = excluded.report
        returning sha256)
      select not exists (select 1 from before b, kept k where b.sha256 = k.sha256) as news`.execute(this.database.db);
    if (rows[0]?.news !== true) return;
    await sql`
      insert into muster.posture_judgements (server_id, tenant_id, due_at) values (${serverId}, ${tenantId}, clock_timestamp())
      on conflict (server_id) do update set due_at = excluded.due_at`.execute(this.database.db);
  }
}

/** A clock that runs ahead must not keep a report fresh for ever. */
const notAhead = (at: string): string => (Date.parse(at) > Date.now() ? new Date().toISOString() : at);
