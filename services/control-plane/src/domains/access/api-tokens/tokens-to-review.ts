// Tokens that a review asks about: those that nobody uses. One of a service account is decided about by somebody else than
// the person who answers for it.
import type { ReviewFact } from '@muster/contracts/reviews';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { RequestContext } from '../../../platform/cqrs/principal.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';
import type { Described, Found, ReviewSource } from '../../reviews/index.ts';
import { EndTokens } from './end-tokens.ts';

interface Row {
  token_id: string;
  person_id: string;
  name: string;
  made_at: Date;
  used_at: Date | null;
  expires_at: Date;
  over: boolean;
}

const DAY_MS = 86_400_000;

@Injectable()
export class TokensToReview implements ReviewSource {
  readonly kind = 'token';

  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(EndTokens) private readonly ends: EndTokens,
  ) {}

  async find(tenantId: string, now: Date): Promise<readonly Found[]> {
    const rows = await this.#tokens(sql`t.tenant_id = ${tenantId} and t.ended_at is null and t.expires_at > ${now}`);
    return rows.flatMap((row) => {
      const facts = factsOf(row, now);
      return facts.length === 0
        ? []
        : [{ thingId: row.token_id, holderId: row.person_id, facts, lastUsedAt: row.used_at }];
    });
  }

  async describe(tokenIds: readonly string[]): Promise<ReadonlyMap<string, Described>> {
    const rows = await this.#tokens(sql`t.token_id = any(${[...tokenIds]}::uuid[])`);
    return new Map(
      rows.map(({ token_id, name, expires_at: until, over }) => [token_id, { what: `Token “${name}”`, until, over }]),
    );
  }

  async end(tokenId: string, reason: string, context: RequestContext): Promise<readonly string[]> {
    if ((await this.ends.holderOf(tokenId, context.principal.tenantId)) === null) return [];
    return (await this.ends.one(tokenId, 'revoked', reason, context)).eventIds;
  }

  async #tokens(which: ReturnType<typeof sql>): Promise<Row[]> {
    const { rows } = await sql<Row>`
      select t.token_id, coalesce(a.owner_id, t.holder_id) as person_id, t.name, t.made_at, k.used_at, t.expires_at,
        t.ended_at is not null or t.expires_at <= now() as over
      from muster.access_tokens t left join muster.access_token_keys k using (token_id)
      left join muster.access_service_accounts a on a.account_id = t.holder_id
      where ${which} order by t.made_at`.execute(this.database.db);
    return rows;
  }
}

function factsOf({ made_at, used_at }: Row, now: Date): ReviewFact[] {
  const idle = (now.getTime() - (used_at ?? made_at).getTime()) / DAY_MS;
  if (idle < 30) return [];
  if (used_at === null) return ['never-used'];
  return [idle >= 90 ? 'unused-90' : 'unused-30'];
}
