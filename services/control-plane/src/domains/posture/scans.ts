// How far the last scan of a server is that somebody asked for. Its task says when it was sent and how it ended, the reports
// that came since say how much of it is here.
import { ScanServer, type ScanProgress } from '@muster/contracts/posture';
import { probes } from '@muster/posture/probes';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { LastJob } from '../operations/index.ts';

const STATES: Readonly<Record<string, ScanProgress['state']>> = {
  accepted: 'scanning',
  running: 'scanning',
  unknown: 'scanning',
  succeeded: 'answered',
  failed: 'failed',
  expired: 'failed',
  cancelled: 'failed',
};
/** What an agent says that was released before it could be asked. */
const UNKNOWN_TASK = 'unknown-task';
const OLDER_AGENT =
  'The agent there is of a release that cannot be asked. It reports at its own pace until it is updated';

@Injectable()
export class Scans {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(LastJob) private readonly jobs: LastJob,
  ) {}

  /** null: nobody ever asked. */
  async of(serverId: string): Promise<ScanProgress | null> {
    const job = await this.jobs.of(serverId, ScanServer.name);
    if (job === null) return null;
    const asked = ScanServer.args.safeParse(job.args).data?.probes ?? probes.map(({ name }) => name);
    const { operationId, taskId, state, requestedAt, releasedAt, finishedAt, error, code } = job;
    return {
      operationId,
      taskId,
      state: STATES[state] ?? 'asked',
      askedAt: requestedAt.toISOString(),
      finishedAt: finishedAt?.toISOString() ?? null,
      reports: await this.#reportsSince(serverId, asked, releasedAt),
      of: asked.length,
      error: code === UNKNOWN_TASK ? OLDER_AGENT : (error ?? (state === 'cancelled' ? 'It was cancelled' : null)),
    };
  }

  async #reportsSince(serverId: string, asked: readonly string[], since: Date | null): Promise<number> {
    if (since === null) return 0;
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from muster.posture_reports
      where server_id = ${serverId} and probe = any(${asked}) and heard_at >= ${since}`.execute(this.database.db);
    return rows[0]?.n ?? 0;
  }
}
