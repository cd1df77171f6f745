// Reviews: duties that come back by themselves, with an owner and a day, until somebody attests them.
import { z } from 'zod';
import { personName } from '../access/values.ts';
import { command, query } from '../define.ts';
import { accepted, reason, timestamp, uuid } from '../values.ts';
import { reviewDecision, reviewedKind, reviewFact, reviewKind } from './events.ts';

export * from './events.ts';

const somebody = z.strictObject({ id: z.string(), name: z.string().nullable() });

export const reviewRow = z.strictObject({
  reviewId: uuid,
  kind: reviewKind,
  state: z.enum(['open', 'overdue', 'attested']),
  openedAt: timestamp,
  dueAt: timestamp,
  owner: somebody.nullable(),
  /** The emergency account that is looked at. */
  about: somebody.nullable(),
  items: z.int().nonnegative(),
  undecided: z.int().nonnegative(),
  kept: z.int().nonnegative(),
  revoked: z.int().nonnegative(),
  /** Decided by whom they are about, because nobody else could. */
  alone: z.int().nonnegative(),
  attestedAt: timestamp.nullable(),
  attestedBy: somebody.nullable(),
  statement: z.string().nullable(),
  /** Ledger position of its opening. */
  position: z.int().nonnegative(),
});
export type ReviewRow = z.infer<typeof reviewRow>;

export const reviewItemView = z.strictObject({
  itemId: uuid,
  kind: reviewedKind,
  thingId: uuid,
  holder: somebody,
  /** "Operator on the fleet", "account", the name of a token. */
  what: z.string(),
  until: timestamp.nullable(),
  /** Ended since the review was opened, by whomever. */
  over: z.boolean(),
  lastUsedAt: timestamp.nullable(),
  facts: z.array(reviewFact),
  decision: reviewDecision.nullable(),
  reason: z.string().nullable(),
  decidedBy: somebody.nullable(),
  decidedAt: timestamp.nullable(),
  /** It is about the reader, who decides about it only when nobody else can. */
  own: z.boolean(),
});
export type ReviewItemView = z.infer<typeof reviewItemView>;

export const ListReviews = query('reviews.ListReviews', {
  risk: 'medium',
  on: 'fleet',
  roles: ['security'],
  sentence: 'List reviews: whose duty, until when, and who attested them',
  input: z.strictObject({}),
  output: z.strictObject({
    /** The newest 200. */
    reviews: z.array(reviewRow),
    /** When the next access review falls due by itself; null while one is open. */
    nextAt: timestamp.nullable(),
    everyDays: z.number().positive(),
    dueDays: z.number().positive(),
  }),
});
export const GetReview = query('reviews.GetReview', {
  risk: 'medium',
  on: 'fleet',
  roles: ['security'],
  sentence: 'Read a review with its items and what was decided about each',
  input: z.strictObject({ reviewId: uuid }),
  output: z.strictObject({
    review: reviewRow,
    items: z.array(reviewItemView),
    /** Nobody but the reader may decide, so what is the reader's own as well. */
    alone: z.boolean(),
  }),
});

export const OpenReview = command('reviews.OpenReview', {
  risk: 'medium',
  on: 'fleet',
  roles: ['security'],
  sentence: 'Open an access review before its time',
  input: z.strictObject({}),
  output: accepted.extend({ reviewId: uuid, items: z.int().nonnegative() }),
});
export const AssignReview = command('reviews.AssignReview', {
  risk: 'high',
  on: 'fleet',
  roles: [],
  sentence: 'Make a review somebody’s duty',
  input: z.strictObject({ reviewId: uuid, ownerId: uuid, reason }),
  output: accepted,
});
export const DecideItem = command('reviews.DecideItem', {
  risk: 'critical',
  on: 'fleet',
  roles: [],
  sentence: 'Decide about an item of a review: keep it with a reason, or end it now',
  input: z.strictObject({ reviewId: uuid, itemId: uuid, decision: reviewDecision, reason }),
  output: accepted,
});
export const AttestReview = command('reviews.AttestReview', {
  risk: 'critical',
  on: 'fleet',
  roles: [],
  sentence: 'Attest a review whose items are all decided, by name and second factor',
  input: z.strictObject({ reviewId: uuid, name: personName, statement: reason }),
  output: accepted,
});

export const reviewCommands = [OpenReview, AssignReview, DecideItem, AttestReview] as const;
export const reviewQueries = [ListReviews, GetReview] as const;
