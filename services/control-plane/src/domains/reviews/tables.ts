// Tables of reviews: read models of their events.
import type { ReviewDecision, ReviewedKind, ReviewFact, ReviewKind } from '@muster/contracts/reviews';

export type ReviewTables = {
  'muster.reviews_reviews': {
    review_id: string;
    tenant_id: string;
    kind: ReviewKind;
    owner_id: string | null;
    about: string | null;
    items: number;
    opened_at: Date;
    opened_position: number;
    due_at: Date;
    overdue_at: Date | null;
    attested_at: Date | null;
    attested_by: string | null;
    statement: string | null;
  };
  'muster.reviews_items': {
    review_id: string;
    item_id: string;
    tenant_id: string;
    kind: ReviewedKind;
    thing_id: string;
    holder_id: string;
    facts: ReviewFact[];
    last_used_at: Date | null;
    decision: ReviewDecision | null;
    reason: string | null;
    decided_by: string | null;
    decided_at: Date | null;
  };
};
