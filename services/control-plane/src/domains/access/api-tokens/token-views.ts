// Tokens as pages show them. Read over the caller's own connection: what row-level security hides is not there.
import type { TokenMay, TokenView } from '@muster/contracts/access';
import { Inject, Injectable } from '@nestjs/common';
import { sql, type RawBuilder } from 'kysely';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { PersonalData } from '../../../platform/personal-data/personal-data.ts';
import { beyond, cut, type ListOrder } from '../list-place.ts';
import { Holders } from '../grants/holders.ts';
import { Roles } from '../grants/roles.ts';

interface Row {
  token_id: string;
  holder_id: string;
  holder_kind: TokenView['holder']['kind'];
  name: string;
  may: TokenMay;
  networks: string[];
  made_by: string;
  made_at: Date;
  expires_at: Date;
  used_at: Date | null;
  used_from: string | null;
  refused_at: Date | null;
  ended_at: Date | null;
  ended_why: TokenView['endedWhy'];
  at: string[];
}

export interface TokenPage {
  readonly after?: string | undefined;
  readonly limit: number;
}

// In force before ended, the newest end first; then those that end soonest.
const ORDER: ListOrder = {
  order: sql`-extract(epoch from coalesce(t.ended_at, 'infinity')), extract(epoch from t.expires_at)`,
  times: 2,
  id: sql`t.token_id`,
};

@Injectable()
export class TokenViews {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(PEOPLE) private readonly people: PersonNames,
    @Inject(PersonalData) private readonly personal: PersonalData,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(Holders) private readonly holders: Holders,
  ) {}

  /** `condition` speaks of t. */
  async page(
    condition: RawBuilder<unknown>,
    { after, limit }: TokenPage,
  ): Promise<{ tokens: TokenView[]; next: string | null }> {
    const { rows } = await sql<Row>`
      select t.*, k.used_at, k.used_from, k.refused_at, array[${ORDER.order}]::text[] as at
      from muster.access_tokens t left join muster.access_token_keys k using (token_id)
      where ${condition} and ${beyond(ORDER, after)}
      order by ${ORDER.order}, t.token_id limit ${limit + 1}`.execute(this.database.db);
    const { page, next } = cut(rows, limit, (row) => row.token_id);
    return { tokens: await this.#views(page), next };
  }

  async inForce(condition: RawBuilder<unknown>): Promise<{ tokens: number; unused: number }> {
    const { rows } = await sql<{ tokens: number; unused: number }>`
      select count(*)::int as tokens, (count(*) filter (where k.used_at is null))::int as unused
      from muster.access_tokens t left join muster.access_token_keys k using (token_id)
      where ${condition} and t.ended_at is null and t.expires_at > now()`.execute(this.database.db);
    return rows[0] ?? { tokens: 0, unused: 0 };
  }

  async #views(rows: readonly Row[]): Promise<TokenView[]> {
    const [names, titleOf, scopeNameOf] = await Promise.all([
      this.people.names(rows.flatMap((row) => [row.holder_id, row.made_by])),
      this.roles.titles(),
      this.holders.scopeNames(rows.flatMap(({ may }) => may.map(({ scope }) => scope))),
    ]);
    return Promise.all(
      rows.map(async (row) => ({
        tokenId: row.token_id,
        name: row.name,
        holder: { id: row.holder_id, kind: row.holder_kind, name: names.get(row.holder_id) ?? null },
        may: row.may.map(({ role, scope }) => ({
          role,
          roleTitle: titleOf(role),
          scope,
          scopeName: scopeNameOf(scope),
        })),
        networks: row.networks,
        madeBy: { id: row.made_by, name: names.get(row.made_by) ?? null },
        madeAt: row.made_at.toISOString(),
        expiresAt: row.expires_at.toISOString(),
        usedAt: row.used_at?.toISOString() ?? null,
        usedFrom: row.used_from === null ? null : await this.personal.open(row.used_from),
        refusedAt: row.refused_at?.toISOString() ?? null,
        state: row.ended_at === null && row.expires_at > new Date() ? ('in-force' as const) : ('ended' as const),
        endedAt: row.ended_at?.toISOString() ?? null,
        endedWhy: row.ended_why,
      })),
    );
  }
}
