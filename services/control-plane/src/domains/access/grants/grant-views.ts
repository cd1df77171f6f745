// Grants as pages show them. Read over the caller's own connection: what row-level security hides is not there.
import type { GrantScope, GrantView } from '@muster/contracts/access';
import { Inject, Injectable } from '@nestjs/common';
import { sql, type RawBuilder } from 'kysely';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { Holders } from './holders.ts';
import { Roles } from './roles.ts';

interface Row {
  grant_id: string;
  holder_id: string;
  role: string;
  scope: GrantScope;
  starts_at: Date;
  until: Date | null;
  reason: string;
  given_by: string;
  given_position: number;
  ended_at: Date | null;
  ended_why: GrantView['endedWhy'];
  state: GrantView['state'];
}

const MOST = 2000;

@Injectable()
export class GrantViews {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(PEOPLE) private readonly people: PersonNames,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(Holders) private readonly holders: Holders,
  ) {}

  /** Those that end soonest first; `condition` speaks of g. */
  async list(condition: RawBuilder<unknown>): Promise<GrantView[]> {
    const { rows } = await sql<Row>`
      select g.*, case when g.ended_at is not null or g.until <= now() then 'ended'
        when g.starts_at > now() then 'coming' else 'in-force' end as state
      from muster.access_grants g where ${condition}
      order by g.ended_at desc nulls first, g.until nulls last, g.given_at limit ${MOST}`.execute(this.database.db);
    const [names, titleOf, scopeNameOf] = await Promise.all([
      this.people.names(rows.flatMap((row) => [row.holder_id, row.given_by])),
      this.roles.titles(),
      this.holders.scopeNames(rows.map((row) => row.scope)),
    ]);
    return rows.map((row) => ({
      grantId: row.grant_id,
      holder: { id: row.holder_id, name: names.get(row.holder_id) ?? null },
      role: row.role,
      roleTitle: titleOf(row.role),
      scope: row.scope,
      scopeName: scopeNameOf(row.scope),
      from: row.starts_at.toISOString(),
      until: row.until?.toISOString() ?? null,
      reason: row.reason,
      givenBy: { id: row.given_by, name: names.get(row.given_by) ?? null },
      state: row.state,
      endedAt: row.ended_at?.toISOString() ?? null,
      endedWhy: row.ended_why,
      position: row.given_position,
    }));
  }
}
