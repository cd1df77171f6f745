// What the first page says of reviews: which wait for somebody, and which are late.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { ReviewRow } from '@muster/contracts/reviews';
import { ReviewRows } from './review-rows.ts';

@Injectable()
export class ReviewDuties {
  constructor(@Inject(ReviewRows) private readonly rows: ReviewRows) {}

  /** Not attested yet; nothing for who does not see the whole fleet. */
  open(tenantId: string): Promise<ReviewRow[]> {
    return this.rows.list(sql`r.tenant_id = ${tenantId} and r.attested_at is null`);
  }
}
