// A review: items that somebody decides about one by one, and one who attests the whole. Pure: events, who acts, and the
// clock come in; events go out.
import {
  ReviewAssigned,
  ReviewAttested,
  ReviewItemDecided,
  ReviewItemsListed,
  ReviewOpened,
  ReviewOverdue,
  type ReviewDecision,
  type ReviewItem,
  type ReviewKind,
} from '@muster/contracts/reviews';
import { eventOf } from '../../platform/cqrs/event-of.ts';
import { notFound, Refusal } from '../../platform/errors/refusal.ts';
import type { NewEvent, StoredEvent } from '../../platform/event-store/index.ts';

export interface ReviewState {
  readonly version: number;
  readonly kind: ReviewKind;
  readonly ownerId: string | null;
  readonly about: string | null;
  readonly dueAt: Date;
  readonly items: ReadonlyMap<string, ReviewItem>;
  readonly decided: ReadonlyMap<string, ReviewDecision>;
  readonly overdue: boolean;
  readonly attested: boolean;
  /** Some item was decided by whom it is about. */
  readonly alone: boolean;
}

export interface Decider {
  readonly actor: string;
  /** Nobody else may decide: then the own items too, and the events say so. */
  readonly alone: boolean;
}

export const reviewStream = (reviewId: string) => `review-${reviewId}`;
/** An event stays small enough to be read by a person. */
const ITEMS_PER_EVENT = 500;

export interface Opening {
  readonly reviewId: string;
  readonly kind: ReviewKind;
  readonly ownerId: string | null;
  readonly dueAt: Date;
  readonly about: string | null;
  readonly items: readonly ReviewItem[];
}

export function open({ items, dueAt, ...opening }: Opening): NewEvent[] {
  const opened = eventOf(ReviewOpened, { ...opening, dueAt: dueAt.toISOString(), items: items.length });
  const lists: NewEvent[] = [];
  for (let from = 0; from < items.length; from += ITEMS_PER_EVENT) {
    const part = items.slice(from, from + ITEMS_PER_EVENT);
    lists.push(eventOf(ReviewItemsListed, { reviewId: opening.reviewId, items: part }));
  }
  return [opened, ...lists];
}

/** null: there is no such review. */
export function reviewFrom(events: readonly StoredEvent[]): ReviewState | null {
  let state: ReviewState | null = null;
  for (const event of events) state = evolve(state, event);
  return state;
}

function evolve(state: ReviewState | null, { type, data, streamVersion: version }: StoredEvent): ReviewState {
  if (type === ReviewOpened.type) {
    const { kind, ownerId, about, dueAt } = ReviewOpened.schema.parse(data);
    const nothing = { items: new Map(), decided: new Map(), overdue: false, attested: false, alone: false };
    return { version, kind, ownerId, about, dueAt: new Date(dueAt), ...nothing };
  }
  if (state === null) throw new Error(`a review begins with ${ReviewOpened.type}, not with ${type}`);
  switch (type) {
    case ReviewItemsListed.type: {
      const { items } = ReviewItemsListed.schema.parse(data);
      return {
        ...state,
        version,
        items: new Map([...state.items, ...items.map((item) => [item.itemId, item] as const)]),
      };
    }
    case ReviewAssigned.type:
      return { ...state, version, ownerId: ReviewAssigned.schema.parse(data).ownerId };
    case ReviewItemDecided.type: {
      const { itemId, decision, alone = false } = ReviewItemDecided.schema.parse(data);
      const decided = new Map([...state.decided, [itemId, decision]]);
      return { ...state, version, decided, alone: state.alone || alone };
    }
    case ReviewAttested.type:
      return { ...state, version, attested: true };
    case ReviewOverdue.type:
      return { ...state, version, overdue: true };
    default:
      throw new Error(`a review has no event ${type}`);
  }
}

const over = () => new Refusal('conflict', 'attested', 'This review is attested; what was decided in it stands');

export function assign(state: ReviewState, reviewId: string, ownerId: string, reason: string): NewEvent[] {
  if (state.attested) throw over();
  if (ownerId === state.about) {
    throw new Refusal('forbidden', 'own-review', 'Nobody reviews their own deeds. Choose somebody else');
  }
  if (ownerId === state.ownerId) throw new Refusal('conflict', 'unchanged', 'It is that person’s duty already');
  return [eventOf(ReviewAssigned, { reviewId, ownerId, reason })];
}

/** What may be decided about, and by whom; throws Refusal. */
export function decidable(state: ReviewState, itemId: string, { actor, alone }: Decider): ReviewItem {
  const item = state.items.get(itemId);
  if (!item) throw notFound('item');
  if (state.attested) throw over();
  if (item.holderId === actor && !alone) {
    throw new Refusal('forbidden', 'own-review', 'Nobody reviews their own access. Another owner decides about this');
  }
  if (state.decided.get(itemId) === 'revoked') {
    throw new Refusal('conflict', 'unchanged', 'It was ended already; whoever needs it again is granted it anew');
  }
  return item;
}

export function decide(
  state: ReviewState,
  {
    reviewId,
    itemId,
    decision,
    reason,
  }: { reviewId: string; itemId: string; decision: ReviewDecision; reason: string },
  by: Decider,
): NewEvent[] {
  const { holderId } = decidable(state, itemId, by);
  const said = { reviewId, itemId, decision, reason };
  return [eventOf(ReviewItemDecided, holderId === by.actor ? { ...said, alone: true } : said)];
}

export interface Attestation {
  readonly reviewId: string;
  readonly actor: string;
  /** Sealed. */
  readonly name: string;
  readonly statement: string;
}

export function attest(state: ReviewState, { reviewId, actor, name, statement }: Attestation): NewEvent[] {
  if (state.attested) throw over();
  if (actor === state.about) {
    throw new Refusal('forbidden', 'own-review', 'Nobody reviews their own deeds. Another owner attests this');
  }
  const open = state.items.size - state.decided.size;
  if (open > 0) {
    const items = open === 1 ? 'One item is' : `${open} items are`;
    throw new Refusal('conflict', 'undecided', `${items} not decided. Keep or end each, then attest`);
  }
  const revoked = [...state.decided.values()].filter((decision) => decision === 'revoked').length;
  const said = { reviewId, name, kept: state.items.size - revoked, revoked, statement };
  return [eventOf(ReviewAttested, state.alone ? { ...said, alone: true } : said)];
}

/** Empty when there is nothing to be alarmed about. */
export function becomeOverdue(state: ReviewState, reviewId: string, now: Date): NewEvent[] {
  if (state.attested || state.overdue || state.dueAt > now) return [];
  const undecided = state.items.size - state.decided.size;
  return [eventOf(ReviewOverdue, { reviewId, dueAt: state.dueAt.toISOString(), undecided })];
}
