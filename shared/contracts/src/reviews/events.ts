// Recurring duties: what was put before somebody, what was decided about each item and why, and who attested the whole.
import { z } from 'zod';
import { event } from '../define.ts';
import { reason, sealedText, timestamp, uuid } from '../values.ts';

const review = '0190b5e2-7a10-7000-8000-00000000e001';
const person = '0190b5e2-7a10-7000-8000-00000000a001';
const other = '0190b5e2-7a10-7000-8000-00000000a004';
const grant = '0190b5e2-7a10-7000-8000-00000000a101';
const item = '0190b5e2-7a10-7000-8000-00000000e002';

/** What a review is of: everybody's access, or what was done with an emergency account. */
export const reviewKind = z.enum(['access', 'break-glass']);
export type ReviewKind = z.infer<typeof reviewKind>;
/** What an item asks about. */
export const reviewedKind = z.enum(['account', 'grant', 'token']);
export type ReviewedKind = z.infer<typeof reviewedKind>;
/** Why something is an item. */
export const reviewFact = z.enum([
  'unused-30',
  'unused-90',
  'never-used',
  'no-second-factor',
  'dangerous',
  'no-end',
  'not-reviewed',
]);
export type ReviewFact = z.infer<typeof reviewFact>;
export const reviewDecision = z.enum(['kept', 'revoked']);
export type ReviewDecision = z.infer<typeof reviewDecision>;

export const reviewItem = z.strictObject({
  itemId: uuid,
  kind: reviewedKind,
  /** The account's, grant's or token's id. */
  thingId: uuid,
  /** Whose it is: decides not about it. */
  holderId: uuid,
  facts: z.array(reviewFact).min(1).max(10),
  /** As it was when the review was opened. */
  lastUsedAt: timestamp.nullable(),
});
export type ReviewItem = z.infer<typeof reviewItem>;

export const ReviewOpened = event('reviews.ReviewOpened', {
  class: 'fact',
  sentence: 'A review fell due: somebody looks at each item by a day',
  schema: z.strictObject({
    reviewId: uuid,
    kind: reviewKind,
    /** null: there was nobody whose duty it could be. */
    ownerId: uuid.nullable(),
    dueAt: timestamp,
    items: z.int().nonnegative(),
    /** The emergency account that is looked at. */
    about: uuid.nullable(),
  }),
  example: {
    reviewId: review,
    kind: 'access',
    ownerId: person,
    dueAt: '2026-12-04T08:00:00Z',
    items: 12,
    about: null,
  },
});
export const ReviewItemsListed = event('reviews.ReviewItemsListed', {
  class: 'fact',
  sentence: 'Items of a review were made from facts',
  schema: z.strictObject({ reviewId: uuid, items: z.array(reviewItem).min(1).max(500) }),
  example: {
    reviewId: review,
    items: [
      {
        itemId: item,
        kind: 'grant',
        thingId: grant,
        holderId: other,
        facts: ['dangerous', 'no-end'],
        lastUsedAt: null,
      },
    ],
  },
});
export const ReviewAssigned = event('reviews.ReviewAssigned', {
  class: 'action',
  sentence: 'A review became somebody else’s duty',
  schema: z.strictObject({ reviewId: uuid, ownerId: uuid, reason }),
  example: { reviewId: review, ownerId: other, reason: 'Ingrid is on leave until January' },
});
export const ReviewItemDecided = event('reviews.ReviewItemDecided', {
  class: 'action',
  sentence: 'An item of a review was kept with a reason, or revoked',
  schema: z.strictObject({
    reviewId: uuid,
    itemId: uuid,
    decision: reviewDecision,
    reason,
    /** It was about whoever decided, and nobody else could. Absent: somebody else decided. */
    alone: z.literal(true).optional(),
  }),
  example: { reviewId: review, itemId: item, decision: 'kept', reason: 'Still runs the night shift' },
});
export const ReviewAttested = event('reviews.ReviewAttested', {
  class: 'action',
  sentence: 'Somebody attested a review by name and second factor: every item is decided',
  schema: z.strictObject({
    reviewId: uuid,
    /** As it was typed; it is the attesting person's own. */
    name: sealedText,
    kept: z.int().nonnegative(),
    revoked: z.int().nonnegative(),
    statement: reason,
    /** Some of its items were decided by whom they were about, because nobody else could. */
    alone: z.literal(true).optional(),
  }),
  example: {
    reviewId: review,
    name: `sealed:1:${person}:AAAA`,
    kept: 11,
    revoked: 1,
    statement: 'Looked at each with the team lead',
  },
});
export const ReviewOverdue = event('reviews.ReviewOverdue', {
  class: 'fact',
  sentence: 'The day came by which a review should have been attested, and it was not',
  schema: z.strictObject({ reviewId: uuid, dueAt: timestamp, undecided: z.int().nonnegative() }),
  example: { reviewId: review, dueAt: '2026-12-04T08:00:00Z', undecided: 3 },
});

export const reviewEvents = [
  ReviewOpened,
  ReviewItemsListed,
  ReviewAssigned,
  ReviewItemDecided,
  ReviewAttested,
  ReviewOverdue,
] as const;
