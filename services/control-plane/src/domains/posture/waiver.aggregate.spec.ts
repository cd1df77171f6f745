// The life of a waiver, by the clock and by people: given what happened, what the clock or somebody asks for.
import {
  RiskAccepted,
  WaiverApproved,
  WaiverEnded,
  WaiverEndingSoon,
  WaiverReachChanged,
  type WaiverTarget,
} from '@muster/contracts/posture';
import { newId } from '@muster/kernel/ids';
import { describe, expect, it } from 'vitest';
import { eventOf } from '../../platform/cqrs/event-of.ts';
import {
  accept,
  approve,
  end,
  evolve,
  neverAsked,
  reach,
  tick,
  type WaiverFact,
  type WaiverState,
} from './waiver.aggregate.ts';

const DAY = 86_400_000;
const ASKED = new Date('2026-11-01T12:00:00Z');
const UNTIL = new Date('2026-12-01T12:00:00Z');
const [waiverId, owner, second] = [newId(), newId(), newId()];
const before = (days: number): Date => new Date(UNTIL.getTime() - days * DAY);
const since = (days: number): Date => new Date(ASKED.getTime() + days * DAY);

const asked = (needsSecond: boolean, target: WaiverTarget = { kind: 'fleet' }): WaiverFact => ({
  type: 'posture.RiskAccepted',
  data: { ...RiskAccepted.example, waiverId, owner, target, until: UNTIL.toISOString(), needsSecond },
  at: ASKED,
});
const given = (...facts: readonly WaiverFact[]): WaiverState => facts.reduce(evolve, neverAsked);
const warning = eventOf(WaiverEndingSoon, { waiverId, until: UNTIL.toISOString() });
const ended = (why: 'expired' | 'not-approved') => eventOf(WaiverEnded, { waiverId, why, reason: null });

describe('the clock', () => {
  it('warns three days before the end, not sooner', () => {
    expect(tick(given(asked(false)), before(3.01))).toEqual([]);
    expect(tick(given(asked(false)), before(3))).toEqual([warning]);
    expect(tick(given(asked(false)), before(0.01))).toEqual([warning]);
  });

  it('warns once', () => {
    const warned = given(asked(false), { type: 'posture.WaiverEndingSoon' });
    expect(tick(warned, before(2))).toEqual([]);
    expect(tick(warned, before(0.01))).toEqual([]);
  });

  it('ends it at its end, warned or not', () => {
    expect(tick(given(asked(false), { type: 'posture.WaiverEndingSoon' }), UNTIL)).toEqual([ended('expired')]);
    expect(tick(given(asked(false)), new Date(UNTIL.getTime() + DAY))).toEqual([ended('expired')]);
  });

  it('does not warn of one that waits for a second person, and drops it after seven days', () => {
    expect(tick(given(asked(true)), since(6.99))).toEqual([]);
    expect(tick(given(asked(true)), since(7))).toEqual([ended('not-approved')]);
    // Also one whose end comes before that.
    const short = given({
      ...asked(true),
      data: { ...RiskAccepted.example, waiverId, until: since(2).toISOString() },
    } as WaiverFact);
    expect(tick(short, since(1))).toEqual([]);
    expect(tick(short, since(2))).toEqual([ended('not-approved')]);
  });

  it('warns of one that was approved, and ends it as expired', () => {
    const approved = given(asked(true), { type: 'posture.WaiverApproved' });
    expect(tick(approved, since(20))).toEqual([]);
    expect(tick(approved, before(1))).toEqual([warning]);
    expect(tick(approved, UNTIL)).toEqual([ended('expired')]);
  });

  it('has nothing to say of one that ended, or that never was', () => {
    const over = given(asked(false), { type: 'posture.WaiverEnded' });
    expect([tick(over, before(1)), tick(over, UNTIL), tick(neverAsked, UNTIL)]).toEqual([[], [], []]);
  });
});

describe('people', () => {
  const wish = {
    ...{ waiverId, owner, checkId: 'SSH-003', target: { kind: 'fleet' as const }, subject: null },
    ...{ reason: 'Behind a bastion', until: UNTIL },
  };

  it.each([
    ['critical', true],
    ['high', false],
    ['medium', false],
    ['low', false],
  ] as const)('accept a finding of severity %s; a second person is asked: %s', (severity, needsSecond) => {
    const { until, ...rest } = wish;
    expect(accept({ ...wish, severity }, ASKED)).toEqual([
      eventOf(RiskAccepted, { ...rest, until: until.toISOString(), needsSecond }),
    ]);
  });

  it('cannot accept without an end, or for more than a year', () => {
    expect(() => accept({ ...wish, severity: 'low' }, UNTIL)).toThrow('over already');
    const late = new Date(ASKED.getTime() + 367 * DAY);
    expect(() => accept({ ...wish, severity: 'low', until: late }, ASKED)).toThrow('at most a year');
  });

  it('agree as the second, never as their own', () => {
    expect(approve(given(asked(true)), second)).toEqual([eventOf(WaiverApproved, { waiverId })]);
    expect(() => approve(given(asked(true)), owner)).toThrow('A second person has to agree');
    expect(() => approve(given(asked(false)), second)).toThrow('in force already');
    expect(() => approve(neverAsked, second)).toThrow('waiver');
  });

  it('end it before its time, once', () => {
    expect(end(given(asked(false)), 'Moved')).toEqual([
      eventOf(WaiverEnded, { waiverId, why: 'ended-by-person', reason: 'Moved' }),
    ]);
    expect(() => end(given(asked(false), { type: 'posture.WaiverEnded' }), 'Moved')).toThrow('ended already');
  });
});

describe('a waiver of a client', () => {
  const client: WaiverTarget = { kind: 'client', clientId: newId() };
  const [one, other, third] = [newId(), newId(), newId()].sort();
  const ids = (...some: (string | undefined)[]): Set<string> => new Set(some.flatMap((id) => id ?? []));
  const moved = (reached: string[], left: string[]): WaiverFact => ({
    type: 'posture.WaiverReachChanged',
    data: { waiverId, reached, left },
  });

  it('lists what is the client’s, and tells only what differs', () => {
    const fresh = given(asked(false, client));
    expect(reach(fresh, ids(other, one))).toEqual([
      eventOf(WaiverReachChanged, { waiverId, reached: [...ids(one, other)], left: [] }),
    ]);
    const listed = given(asked(false, client), moved([...ids(one, other)], []));
    expect(reach(listed, ids(one, other))).toEqual([]);
    expect(reach(listed, ids(other, third))).toEqual([
      eventOf(WaiverReachChanged, { waiverId, reached: [...ids(third)], left: [...ids(one)] }),
    ]);
    const later = given(asked(false, client), moved([...ids(one, other)], []), moved([...ids(third)], [...ids(one)]));
    expect(reach(later, ids(other, third))).toEqual([]);
  });

  it('reaches nothing before it counts, or after it ended; a waiver of servers needs no list', () => {
    expect(reach(given(asked(true, client)), ids(one))).toEqual([]);
    expect(reach(given(asked(false, client), { type: 'posture.WaiverEnded' }), ids(one))).toEqual([]);
    expect(reach(given(asked(false)), ids(one))).toEqual([]);
  });

  it('names at most a thousand in one event, and the rest in the next', () => {
    const many = new Set(Array.from({ length: 1500 }, () => newId()));
    const [first] = reach(given(asked(false, client)), many);
    const { reached } = WaiverReachChanged.schema.parse(first?.data);
    expect(reached).toHaveLength(1000);
    const [next] = reach(given(asked(false, client), moved(reached, [])), many);
    expect(WaiverReachChanged.schema.parse(next?.data).reached).toHaveLength(500);
  });
});
