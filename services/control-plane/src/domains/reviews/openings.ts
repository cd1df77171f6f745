// Makes the items of an access review from facts, and says when the next one is due.
import type { ReviewItem } from '@muster/contracts/reviews';
import { derivedId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { firstAccountAt } from '../access/index.ts';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import { SYSTEM_DATABASE, type Connection } from '../../platform/database/database.ts';
import type { NewEvent } from '../../platform/event-store/index.ts';
import { open } from './review.aggregate.ts';
import { nextReviewer } from './reviewers.ts';
import { ReviewSources } from './sources.ts';

const DAY_MS = 86_400_000;

@Injectable()
export class Openings {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(ReviewSources) private readonly sources: ReviewSources,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async accessReview(reviewId: string, tenantId: string, now: Date): Promise<{ events: NewEvent[]; items: number }> {
    const kept = await this.#keptSince(tenantId);
    const items: ReviewItem[] = [];
    for (const { kind, find } of this.sources.all.map((source) => ({
      kind: source.kind,
      find: source.find.bind(source),
    }))) {
      for (const { thingId, holderId, facts, lastUsedAt } of await find(tenantId, now, kept)) {
        items.push({
          itemId: derivedId(reviewId, kind, thingId),
          kind,
          thingId,
          holderId,
          facts: [...facts],
          lastUsedAt: lastUsedAt?.toISOString() ?? null,
        });
      }
    }
    const ownerId = await nextReviewer(this.database, tenantId, null);
    const dueAt = new Date(now.getTime() + this.settings.MUSTER_REVIEW_DUE_DAYS * DAY_MS);
    return { events: open({ reviewId, kind: 'access', ownerId, dueAt, about: null, items }), items: items.length };
  }

  /** The access review that nobody has attested yet. */
  async openAccessReview(tenantId: string): Promise<string | null> {
    const { rows } = await sql<{ review_id: string }>`
      select review_id from muster.reviews_reviews
      where tenant_id = ${tenantId} and kind = 'access' and attested_at is null limit 1`.execute(this.database.db);
    return rows[0]?.review_id ?? null;
  }

  /** When one opens by itself; null while one is open, and before there is anybody. */
  async next(tenantId: string): Promise<{ at: Date; after: string } | null> {
    if ((await this.openAccessReview(tenantId)) !== null) return null;
    const { rows } = await sql<{ review_id: string; opened_at: Date }>`
      select review_id, opened_at from muster.reviews_reviews
      where tenant_id = ${tenantId} and kind = 'access' order by opened_at desc limit 1`.execute(this.database.db);
    const since = rows[0]?.opened_at ?? (await firstAccountAt(this.database, tenantId));
    if (since === null) return null;
    const at = new Date(since.getTime() + this.settings.MUSTER_REVIEW_EVERY_DAYS * DAY_MS);
    return { at, after: rows[0]?.review_id ?? 'the first account' };
  }

  /** What somebody kept for themselves, because nobody else could, is asked about again as if nobody had looked. */
  async #keptSince(tenantId: string): Promise<ReadonlyMap<string, Date>> {
    const { rows } = await sql<{ thing_id: string; at: Date }>`
      select thing_id, max(decided_at) as at from muster.reviews_items
      where tenant_id = ${tenantId} and decision = 'kept' and decided_by <> holder_id::text
      group by thing_id`.execute(this.database.db);
    return new Map(rows.map((row) => [row.thing_id, row.at]));
  }
}
