// Accounts that a review asks about: not used for long, never used, or without a second factor. Not kept means let go.
import { Inject, Injectable } from '@nestjs/common';
import type { ReviewFact } from '@muster/contracts/reviews';
import { sql } from 'kysely';
import type { RequestContext } from '../../../../platform/cqrs/principal.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../../platform/database/database.ts';
import type { Described, Found, ReviewSource } from '../../../reviews/index.ts';
import { Departures } from '../departures.ts';

interface Row {
  person_id: string;
  state: 'invited' | 'active';
  since: Date;
  last_used: Date | null;
  second_factor: boolean;
}

const DAY_MS = 86_400_000;
const daysSince = (then: Date, now: Date) => (now.getTime() - then.getTime()) / DAY_MS;

@Injectable()
export class AccountsToReview implements ReviewSource {
  readonly kind = 'account';

  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(Departures) private readonly departures: Departures,
  ) {}

  async find(tenantId: string, now: Date): Promise<readonly Found[]> {
    const rows = await this.#accounts(sql`p.tenant_id = ${tenantId}`);
    return rows.flatMap((row) => {
      const facts = factsOf(row, now);
      if (facts.length === 0) return [];
      return [{ thingId: row.person_id, holderId: row.person_id, facts, lastUsedAt: row.last_used }];
    });
  }

  async describe(personIds: readonly string[]): Promise<ReadonlyMap<string, Described>> {
    const rows = await this.#accounts(sql`p.person_id = any(${[...personIds]}::uuid[])`);
    const open = new Set(rows.map((row) => row.person_id));
    return new Map(personIds.map((id) => [id, { what: 'Account', until: null, over: !open.has(id) }] as const));
  }

  async end(personId: string, reason: string, context: RequestContext): Promise<readonly string[]> {
    return (await this.departures.letGo(personId, reason, context)).eventIds;
  }

  /** Those that can be entered, and those that wait for somebody to come. */
  async #accounts(which: ReturnType<typeof sql>): Promise<Row[]> {
    const { rows } = await sql<Row>`
      select p.person_id, p.state, p.registered_at as since,
        (select max(s.used_at) from muster.access_sessions s where s.person_id = p.person_id) as last_used,
        c.totp_secret is not null or k.n > 0 as second_factor
      from muster.access_people p left join muster.access_credentials c using (person_id)
      left join lateral (
        select count(*) as n from muster.access_passkeys k where k.person_id = p.person_id) k on true
      where ${which} and (c.password_hash is not null or k.n > 0 or exists (
        select 1 from muster.access_links l where l.person_id = p.person_id and l.ended_at is null))
      order by p.registered_at`.execute(this.database.db);
    return rows;
  }
}

function factsOf({ state, since, last_used, second_factor }: Row, now: Date): ReviewFact[] {
  const facts: ReviewFact[] = [];
  const idle = daysSince(last_used ?? since, now);
  if (idle >= 30 && last_used === null) facts.push('never-used');
  else if (idle >= 90) facts.push('unused-90');
  else if (idle >= 30) facts.push('unused-30');
  if (state === 'active' && !second_factor) facts.push('no-second-factor');
  return facts;
}
