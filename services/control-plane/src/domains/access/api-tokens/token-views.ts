// Tokens as pages show them. Read over the caller's own connection: what row-level security hides is not there.
import type { TokenMay, TokenView } from '@muster/contracts/access';
import { Inject, Injectable } from '@nestjs/common';
import { sql, type RawBuilder } from 'kysely';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { PersonalData } from '../../../platform/personal-data/personal-data.ts';
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
}

const MOST = 1000;

@Injectable()
export class TokenViews {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(PEOPLE) private readonly people: PersonNames,
    @Inject(PersonalData) private readonly personal: PersonalData,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(Holders) private readonly holders: Holders,
  ) {}

  /** Those that end soonest first; `condition` speaks of t. */
  async list(condition: RawBuilder<unknown>): Promise<TokenView[]> {
    const { rows } = await sql<Row>`
      select t.*, k.used_at, k.used_from, k.refused_at
      from muster.access_tokens t left join muster.access_token_keys k using (token_id) where ${condition}
      order by t.ended_at desc nulls first, t.expires_at limit ${MOST}`.execute(this.database.db);
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
