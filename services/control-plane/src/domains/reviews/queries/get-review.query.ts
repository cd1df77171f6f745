// A review with its items: what each is about at present, and what was decided.
import { GetReview, type ReviewItemView } from '@muster/contracts/reviews';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql, type Selectable } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { Deciding } from '../deciding.ts';
import { ReviewRows } from '../review-rows.ts';
import { ReviewSources, type Described } from '../sources.ts';
import type { ReviewTables } from '../tables.ts';

const GetReviewQuery = queryOf(GetReview);
type Row = Selectable<ReviewTables['muster.reviews_items']>;

const GONE: Described = { what: 'what is gone', until: null, over: true };

@QueryHandler(GetReviewQuery)
export class GetReviewHandler implements IQueryHandler<MessageOf<typeof GetReviewQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(ReviewRows) private readonly reviews: ReviewRows,
    @Inject(ReviewSources) private readonly sources: ReviewSources,
    @Inject(PEOPLE) private readonly people: PersonNames,
    @Inject(Deciding) private readonly deciding: Deciding,
  ) {}

  async execute({
    input: { reviewId },
    context,
  }: MessageOf<typeof GetReviewQuery>): Promise<AnswerOf<typeof GetReviewQuery>> {
    const { actor, tenantId } = context.principal;
    const [review] = await this.reviews.list(sql`r.review_id = ${reviewId} and r.tenant_id = ${tenantId}`);
    if (!review) throw notFound('review');
    const { rows } = await sql<Row>`
      select * from muster.reviews_items where review_id = ${reviewId}
      order by decision is not null, holder_id, kind, item_id`.execute(this.database.db);
    const [names, describe, alone] = await Promise.all([
      this.people.names(rows.flatMap((row) => [row.holder_id, row.decided_by ?? ''])),
      this.#described(rows),
      this.deciding.isAlone(context.principal),
    ]);
    const somebody = (id: string) => ({ id, name: names.get(id) ?? null });
    const items = rows.map((row): ReviewItemView => {
      const { what, until, over } = describe.get(row.thing_id) ?? GONE;
      return {
        itemId: row.item_id,
        kind: row.kind,
        thingId: row.thing_id,
        holder: somebody(row.holder_id),
        what,
        until: until?.toISOString() ?? null,
        over,
        lastUsedAt: row.last_used_at?.toISOString() ?? null,
        facts: row.facts,
        decision: row.decision,
        reason: row.reason,
        decidedBy: row.decided_by === null ? null : somebody(row.decided_by),
        decidedAt: row.decided_at?.toISOString() ?? null,
        own: row.holder_id === actor,
      };
    });
    return { review, items, alone };
  }

  async #described(rows: readonly Row[]): Promise<ReadonlyMap<string, Described>> {
    const all = new Map<string, Described>();
    for (const source of this.sources.all) {
      const things = rows.filter(({ kind }) => kind === source.kind).map((row) => row.thing_id);
      if (things.length > 0) for (const [id, said] of await source.describe(things)) all.set(id, said);
    }
    return all;
  }
}
