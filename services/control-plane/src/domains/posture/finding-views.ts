// Findings with the names and the waiver that a page shows beside them.
import type { Evidence, FindingView, Severity } from '@muster/contracts/posture';
import { sql, type RawBuilder } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';
import type { PersonNames } from '../../platform/personal-data/person-names.ts';
import type { ServerDirectory } from '../servers/index.ts';

interface Row {
  readonly finding_id: string;
  readonly server_id: string;
  readonly check_id: string;
  readonly subject: string | null;
  readonly severity: Severity;
  readonly evidence: Evidence;
  readonly opened_at: Date;
  readonly opened_position: number;
  readonly changed_at: Date;
  readonly observed_at: Date;
  readonly waiver_id: string | null;
  readonly until: Date | null;
  readonly reason: string | null;
  readonly owner: string | null;
}

export interface ListedFinding {
  readonly checkId: string;
  readonly view: FindingView;
}

export class FindingViews {
  constructor(
    private readonly database: Connection,
    private readonly directory: ServerDirectory,
    private readonly people: PersonNames,
  ) {}

  /** `rest` begins with `where`, over `f`. A finding has one row per span of time: the caller says which. */
  async list(rest: RawBuilder<unknown>): Promise<readonly ListedFinding[]> {
    const { rows } = await sql<Row>`
      select f.finding_id, f.server_id, f.check_id, f.subject, f.severity, f.evidence, f.opened_at, f.opened_position,
        f.changed_at, f.observed_at, f.waiver_id, w.until, w.reason, n.actor as owner
      from muster.posture_findings f left join muster.posture_waivers w using (waiver_id)
      left join lateral (
        select case when o.taken then o.actor end as actor from muster.posture_finding_notes o
        where o.finding_id = f.finding_id and o.taken is not null order by o.position desc limit 1) n on true ${rest}`.execute(
      this.database.db,
    );
    const names = await this.directory.refs([...new Set(rows.map((row) => row.server_id))]);
    const people = await this.people.names([...new Set(rows.flatMap(({ owner }) => owner ?? []))]);
    return rows.map((row) => ({
      checkId: row.check_id,
      view: viewOf(row, names, row.owner === null ? null : (people.get(row.owner) ?? 'somebody who was erased')),
    }));
  }
}

function viewOf(
  row: Row,
  names: ReadonlyMap<string, { name: string; simulated: boolean }>,
  owner: string | null,
): FindingView {
  const { server_id: serverId } = row;
  return {
    findingId: row.finding_id,
    server: {
      serverId,
      name: names.get(serverId)?.name ?? serverId,
      simulated: names.get(serverId)?.simulated ?? false,
    },
    subject: row.subject,
    severity: row.severity,
    evidence: row.evidence,
    openedAt: row.opened_at.toISOString(),
    changedAt: row.changed_at.toISOString(),
    observedAt: row.observed_at.toISOString(),
    openedPosition: row.opened_position,
    owner,
    waiver:
      row.waiver_id === null || row.until === null
        ? null
        : { waiverId: row.waiver_id, until: row.until.toISOString(), reason: row.reason ?? '' },
  };
}
