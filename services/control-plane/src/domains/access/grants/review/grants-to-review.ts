// Grants that a review asks about: of dangerous permissions, without an end, or not looked at for long.
import { permissions } from '@muster/contracts';
import type { GrantScope } from '@muster/contracts/access';
import type { ReviewFact } from '@muster/contracts/reviews';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { RequestContext } from '../../../../platform/cqrs/principal.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../../platform/database/database.ts';
import { Refusal } from '../../../../platform/errors/refusal.ts';
import type { Described, Found, ReviewSource } from '../../../reviews/index.ts';
import { GrantEnds } from '../grant-ends.ts';
import { Holders } from '../holders.ts';
import { Roles } from '../roles.ts';

interface Row {
  grant_id: string;
  holder_id: string;
  role: string;
  scope: GrantScope;
  until: Date | null;
  given_at: Date;
  over: boolean;
}

const DANGEROUS = new Set(permissions.filter(({ risk }) => risk === 'critical').map(({ name }) => name));
/** REQUIREMENTS A6. */
const REVIEWED_EVERY_MS = 90 * 86_400_000;

@Injectable()
export class GrantsToReview implements ReviewSource {
  readonly kind = 'grant';

  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(Holders) private readonly holders: Holders,
    @Inject(GrantEnds) private readonly ends: GrantEnds,
  ) {}

  async find(tenantId: string, now: Date, keptSince: ReadonlyMap<string, Date>): Promise<readonly Found[]> {
    const dangerous = new Set(
      (await this.roles.all(tenantId))
        .filter((role) => [...role.permissions].some((permission) => DANGEROUS.has(permission)))
        .map(({ role }) => role),
    );
    const rows = await this.#grants(sql`g.tenant_id = ${tenantId} and g.ended_at is null
      and g.starts_at <= ${now} and (g.until is null or g.until > ${now})`);
    return rows.flatMap((row) => {
      const looked = keptSince.get(row.grant_id) ?? row.given_at;
      const facts: ReviewFact[] = [
        ...(dangerous.has(row.role) ? (['dangerous'] as const) : []),
        ...(row.until === null ? (['no-end'] as const) : []),
        ...(now.getTime() - looked.getTime() >= REVIEWED_EVERY_MS ? (['not-reviewed'] as const) : []),
      ];
      return facts.length === 0 ? [] : [{ thingId: row.grant_id, holderId: row.holder_id, facts, lastUsedAt: null }];
    });
  }

  async describe(grantIds: readonly string[]): Promise<ReadonlyMap<string, Described>> {
    const rows = await this.#grants(sql`g.grant_id = any(${[...grantIds]}::uuid[])`);
    const [titleOf, scopeNameOf] = await Promise.all([
      this.roles.titles(),
      this.holders.scopeNames(rows.map(({ scope }) => scope)),
    ]);
    return new Map(
      rows.map(({ grant_id, role, scope, until, over }) => {
        const what = `${titleOf(role)} on ${scopeNameOf(scope)}`;
        return [grant_id, { what, until, over }] as const;
      }),
    );
  }

  async end(grantId: string, reason: string, context: RequestContext): Promise<readonly string[]> {
    try {
      return (await this.ends.end(grantId, 'reviewed', reason, context)).eventIds;
    } catch (error) {
      // Ended meanwhile by somebody else, or by its own time.
      if (error instanceof Refusal && error.kind === 'not-found') return [];
      throw error;
    }
  }

  async #grants(which: ReturnType<typeof sql>): Promise<Row[]> {
    const { rows } = await sql<Row>`
      select g.grant_id, g.holder_id, g.role, g.scope, g.until, g.given_at,
        g.ended_at is not null or coalesce(g.until <= now(), false) as over
      from muster.access_grants g where ${which} order by g.given_at`.execute(this.database.db);
    return rows;
  }
}
