// Reviews as pages show them, over the caller's own connection.
import type { ReviewRow } from '@muster/contracts/reviews';
import { Inject, Injectable } from '@nestjs/common';
import { sql, type RawBuilder, type Selectable } from 'kysely';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { PEOPLE, type PersonNames } from '../../platform/personal-data/person-names.ts';
import type { ReviewTables } from './tables.ts';

type Row = Selectable<ReviewTables['muster.reviews_reviews']> & {
  kept: number;
  revoked: number;
  alone: number;
  overdue: boolean;
};

const MOST = 200;

@Injectable()
export class ReviewRows {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(PEOPLE) private readonly people: PersonNames,
  ) {}

  /** The newest first; `condition` speaks of r. */
  async list(condition: RawBuilder<unknown>): Promise<ReviewRow[]> {
    const { rows } = await sql<Row>`
      select r.*, d.kept, d.revoked, d.alone, r.attested_at is null and r.due_at <= now() as overdue
      from muster.reviews_reviews r left join lateral (
        select count(*) filter (where i.decision = 'kept')::int as kept,
          count(*) filter (where i.decision = 'revoked')::int as revoked,
          count(*) filter (where i.decided_by = i.holder_id::text)::int as alone
        from muster.reviews_items i where i.review_id = r.review_id) d on true
      where ${condition} order by r.opened_at desc limit ${MOST}`.execute(this.database.db);
    const names = await this.people.names(
      rows.flatMap((row) => [row.owner_id, row.about, row.attested_by].filter((id) => id !== null)),
    );
    const somebody = (id: string | null) => (id === null ? null : { id, name: names.get(id) ?? null });
    return rows.map((row) => ({
      reviewId: row.review_id,
      kind: row.kind,
      state: row.attested_at !== null ? 'attested' : row.overdue ? 'overdue' : 'open',
      openedAt: row.opened_at.toISOString(),
      dueAt: row.due_at.toISOString(),
      owner: somebody(row.owner_id),
      about: somebody(row.about),
      items: row.items,
      undecided: row.items - row.kept - row.revoked,
      kept: row.kept,
      revoked: row.revoked,
      alone: row.alone,
      attestedAt: row.attested_at?.toISOString() ?? null,
      attestedBy: somebody(row.attested_by),
      statement: row.statement,
      position: row.opened_position,
    }));
  }
}
