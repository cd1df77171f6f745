// The order in which everything that is open is read: area by area, in each the worst check first.
import { AREAS, SEVERITIES } from '@muster/contracts/posture';
import { Inject, Injectable } from '@nestjs/common';
import { sql, type RawBuilder } from 'kysely';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { summaryById } from './check-views.ts';

@Injectable()
export class ReviewOrder {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  /** Checks with something open or accepted; `within` is over `f`. */
  async checks(tenantId: string, within: RawBuilder<unknown>): Promise<readonly string[]> {
    const { rows } = await sql<{ check_id: string }>`
      select distinct f.check_id from muster.posture_findings f
      where f.tenant_id = ${tenantId} and f.to_at is null and ${within}`.execute(this.database.db);
    return rows.map(({ check_id: checkId }) => checkId).sort(inReview);
  }
}

/** Compares ids of checks, also of those of which nothing is open any more. */
export function inReview(one: string, other: string): number {
  const [a, b] = [summaryById(one), summaryById(other)];
  return (
    AREAS.indexOf(a.area) - AREAS.indexOf(b.area) ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    one.localeCompare(other)
  );
}
