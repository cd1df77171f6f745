// A waiver: what a check finds is accepted, by somebody, for a reason, until a date. Critical findings need a second
// person. It ends by itself. Pure.
import {
  LONGEST_WAIVER_DAYS,
  RiskAccepted,
  WAIVER_WARNING_DAYS,
  WaiverApproved,
  WaiverEnded,
  WaiverEndingSoon,
  WaiverReachChanged,
  type Severity,
  type WaiverTarget,
} from '@muster/contracts/posture';
import type { z } from 'zod';
import { eventOf } from '../../platform/cqrs/recorder.ts';
import { notFound, Refusal } from '../../platform/errors/refusal.ts';
import type { NewEvent, StoredEvent } from '../../platform/event-store/index.ts';

const DAY = 86_400_000;
/** A second person who has not agreed by then does not want to. */
const APPROVAL_DAYS = 7;
/** Of an event; the rest comes with the next. */
const MOST_MOVED = 1000;

export const waiverStream = (waiverId: string) => `waiver-${waiverId}`;

type Accepted = z.output<typeof RiskAccepted.schema>;
export interface WaiverState {
  readonly version: number;
  readonly accepted: Accepted | null;
  readonly askedAt: Date;
  readonly stage: 'asked' | 'standing' | 'ended';
  readonly warned: boolean;
  /** Findings that are the client's; empty for a waiver of servers, which needs no list. */
  readonly reached: ReadonlySet<string>;
}
export const neverAsked: WaiverState = {
  version: 0,
  accepted: null,
  askedAt: new Date(0),
  stage: 'asked',
  warned: false,
  reached: new Set(),
};

export type WaiverFact =
  | { readonly type: 'posture.RiskAccepted'; readonly data: Accepted; readonly at: Date }
  | { readonly type: 'posture.WaiverApproved' }
  | { readonly type: 'posture.WaiverReachChanged'; readonly data: z.output<typeof WaiverReachChanged.schema> }
  | { readonly type: 'posture.WaiverEndingSoon' }
  | { readonly type: 'posture.WaiverEnded' };

export function evolve(state: WaiverState, fact: WaiverFact): WaiverState {
  const version = state.version + 1;
  switch (fact.type) {
    case 'posture.RiskAccepted':
      return {
        version,
        accepted: fact.data,
        askedAt: fact.at,
        stage: fact.data.needsSecond ? 'asked' : 'standing',
        warned: false,
        reached: new Set(),
      };
    case 'posture.WaiverApproved':
      return { ...state, version, stage: 'standing' };
    case 'posture.WaiverReachChanged': {
      const left = new Set(fact.data.left);
      const reached = [...state.reached, ...fact.data.reached].filter((id) => !left.has(id));
      return { ...state, version, reached: new Set(reached) };
    }
    case 'posture.WaiverEndingSoon':
      return { ...state, version, warned: true };
    case 'posture.WaiverEnded':
      return { ...state, version, stage: 'ended' };
  }
}

export const waiverFrom = (events: readonly StoredEvent[]): WaiverState =>
  events.reduce((state, event) => evolve(state, factOf(event)), neverAsked);

function factOf(event: StoredEvent): WaiverFact {
  switch (event.type) {
    case 'posture.RiskAccepted':
      return { type: event.type, data: RiskAccepted.schema.parse(event.data), at: event.recordedAt };
    case 'posture.WaiverReachChanged':
      return { type: event.type, data: WaiverReachChanged.schema.parse(event.data) };
    case 'posture.WaiverApproved':
    case 'posture.WaiverEndingSoon':
    case 'posture.WaiverEnded':
      return { type: event.type };
  }
  throw new Error(`${event.type} does not belong to a waiver's stream`);
}

export interface WaiverWish {
  readonly waiverId: string;
  readonly checkId: string;
  readonly severity: Severity;
  readonly target: WaiverTarget;
  readonly subject: string | null;
  readonly owner: string;
  readonly reason: string;
  readonly until: Date;
}

export const needsSecond = (severity: Severity): boolean => severity === 'critical';

export function accept(wish: WaiverWish, now: Date): NewEvent[] {
  const { severity, until, ...rest } = wish;
  const field = (message: string) => ({ fields: [{ path: 'until', message }] });
  if (until <= now) {
    const sentence = 'That end is over already. Give one in the future';
    throw new Refusal('invalid', 'end-in-the-past', sentence, field(sentence));
  }
  if (until.getTime() > now.getTime() + LONGEST_WAIVER_DAYS * DAY) {
    const sentence = 'A waiver lasts at most a year. Give an earlier end and decide again then';
    throw new Refusal('invalid', 'end-too-late', sentence, field(sentence));
  }
  return [eventOf(RiskAccepted, { ...rest, until: until.toISOString(), needsSecond: needsSecond(severity) })];
}

export function approve(state: WaiverState, by: string): NewEvent[] {
  const { accepted } = standingOrAsked(state);
  if (state.stage === 'standing') throw new Refusal('conflict', 'already-approved', 'This waiver is in force already');
  if (accepted.owner === by) {
    throw new Refusal('forbidden', 'own-waiver', 'You asked for this waiver. A second person has to agree');
  }
  return [eventOf(WaiverApproved, { waiverId: accepted.waiverId })];
}

export function end(state: WaiverState, reason: string): NewEvent[] {
  const { accepted } = standingOrAsked(state);
  return [eventOf(WaiverEnded, { waiverId: accepted.waiverId, why: 'ended-by-person', reason })];
}

/** What the clock asks for: an end, a warning, or nothing. */
export function tick(state: WaiverState, now: Date): NewEvent[] {
  const { accepted, stage, askedAt, warned } = state;
  if (accepted === null || stage === 'ended') return [];
  const { waiverId, until } = accepted;
  const over = new Date(until) <= now;
  if (stage === 'asked' && (over || now.getTime() - askedAt.getTime() >= APPROVAL_DAYS * DAY)) {
    return [eventOf(WaiverEnded, { waiverId, why: 'not-approved', reason: null })];
  }
  if (over) return [eventOf(WaiverEnded, { waiverId, why: 'expired', reason: null })];
  const soon = new Date(until).getTime() - now.getTime() <= WAIVER_WARNING_DAYS * DAY;
  return soon && !warned && stage === 'standing' ? [eventOf(WaiverEndingSoon, { waiverId, until })] : [];
}

/** What a waiver of a client covers, when it is not what its events say. `open`: the client's open findings of its check. */
export function reach(state: WaiverState, open: ReadonlySet<string>): NewEvent[] {
  const { accepted, stage, reached } = state;
  if (accepted?.target.kind !== 'client' || stage !== 'standing') return [];
  const { waiverId } = accepted;
  const more = [...open]
    .filter((id) => !reached.has(id))
    .sort()
    .slice(0, MOST_MOVED);
  const less = [...reached]
    .filter((id) => !open.has(id))
    .sort()
    .slice(0, MOST_MOVED);
  return more.length + less.length === 0 ? [] : [eventOf(WaiverReachChanged, { waiverId, reached: more, left: less })];
}

function standingOrAsked(state: WaiverState): { accepted: Accepted } {
  if (state.accepted === null) throw notFound('waiver');
  if (state.stage === 'ended') throw new Refusal('conflict', 'already-ended', 'This waiver has ended already');
  return { accepted: state.accepted };
}
