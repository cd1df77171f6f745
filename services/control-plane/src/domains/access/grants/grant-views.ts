// Grants as pages show them. Read over the caller's own connection: what row-level security hides is not there.
import type { GrantScope, GrantView } from '@muster/contracts/access';
import { Inject, Injectable } from '@nestjs/common';
import { sql, type RawBuilder } from 'kysely';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { beyond, cut, type ListOrder } from '../list-place.ts';
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
  at: string[];
}

export interface GrantPage {
  readonly after?: string | undefined;
  readonly limit: number;
}
export interface InForce {
  readonly grants: number;
  readonly holders: number;
  readonly endless: number;
}

/** Of a grant g, by the database's clock. */
export const IN_FORCE = sql`g.ended_at is null and g.starts_at <= now() and (g.until is null or g.until > now())`;
// In force before ended, the newest end first; then those that end soonest, those without an end last.
const ORDER: ListOrder = {
  order: sql`-extract(epoch from coalesce(g.ended_at, 'infinity')), extract(epoch from coalesce(g.until, 'infinity')),
    extract(epoch from g.given_at)`,
  times: 3,
  id: sql`g.grant_id`,
};
/** The same as times: to compare ten thousand rows as numbers takes more than twice as long. */
const SAME_ORDER = sql`coalesce(g.ended_at, 'infinity') desc, coalesce(g.until, 'infinity'), g.given_at, g.grant_id`;

@Injectable()
export class GrantViews {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(PEOPLE) private readonly people: PersonNames,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(Holders) private readonly holders: Holders,
  ) {}

  /** `condition` speaks of g. */
  async page(
    condition: RawBuilder<unknown>,
    { after, limit }: GrantPage,
  ): Promise<{ grants: GrantView[]; next: string | null }> {
    const { rows } = await sql<Row>`
      select g.*, array[${ORDER.order}]::text[] as at, case when g.ended_at is not null or g.until <= now() then 'ended'
        when g.starts_at > now() then 'coming' else 'in-force' end as state
      from (select * from muster.access_grants g where ${condition} and ${beyond(ORDER, after)}
        order by ${SAME_ORDER} limit ${limit + 1}) g
      order by ${SAME_ORDER}`.execute(this.database.db);
    const { page, next } = cut(rows, limit, (row) => row.grant_id);
    return { grants: await this.#views(page), next };
  }

  async inForce(condition: RawBuilder<unknown>): Promise<InForce> {
    const { rows } = await sql<InForce>`
      select count(*)::int as grants, count(distinct g.holder_id)::int as holders,
        (count(*) filter (where g.until is null))::int as endless
      from muster.access_grants g where ${condition} and ${IN_FORCE}`.execute(this.database.db);
    return rows[0] ?? { grants: 0, holders: 0, endless: 0 };
  }

  async #views(rows: readonly Row[]): Promise<GrantView[]> {
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
