// Findings of one server, by id: what was ever open there, for commands and pages about a single one.
import type { Evidence, Severity } from '@muster/contracts/posture';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { notFound } from '../../platform/errors/refusal.ts';

export const findingStream = (findingId: string) => `finding-${findingId}`;

/** What was the same of a finding from a moment on. */
export interface FindingSpan {
  readonly from_at: Date;
  readonly to_at: Date | null;
  readonly check_id: string;
  readonly subject: string | null;
  readonly severity: Severity;
  readonly evidence: Evidence;
  readonly opened_at: Date;
  readonly changed_at: Date;
  readonly until: Date | null;
  readonly reason: string | null;
  /** The approval that ended it. */
  readonly closed_by: { readonly owner: string; readonly approvedAt: string; readonly reviewAt: string } | null;
}

@Injectable()
export class FindingLives {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  /** Oldest first; never empty. */
  async of(serverId: string, findingId: string): Promise<readonly [FindingSpan, ...FindingSpan[]]> {
    const { rows } = await sql<FindingSpan>`
      select f.from_at, f.to_at, f.check_id, f.subject, f.severity, f.evidence, f.opened_at, f.changed_at, w.until, w.reason, f.closed_by
      from muster.posture_findings f left join muster.posture_waivers w using (waiver_id)
      where f.finding_id = ${findingId} and f.server_id = ${serverId} order by f.from_at`.execute(this.database.db);
    const [first, ...rest] = rows;
    if (first === undefined) throw notFound('finding');
    return [first, ...rest];
  }
}
