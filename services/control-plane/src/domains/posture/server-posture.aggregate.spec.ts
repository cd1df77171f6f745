// What a server's posture becomes when it is judged anew: what was found opens, what is seen to be gone closes, and what
// cannot be told closes nothing.
import { checks } from '@muster/posture/checks';
import type { CheckResult } from '@muster/posture/judge';
import { newId } from '@muster/kernel/ids';
import { describe, expect, it } from 'vitest';
import { decide, evolve, factOf, postureFrom, type ServerPosture } from './server-posture.aggregate.ts';

const [check] = checks;
if (check === undefined) throw new Error('there is no check');
const serverId = newId();
const now = new Date('2026-11-22T07:00:00Z');

const answered = (state: CheckResult['state'], why: string | null, ...subjects: string[]): CheckResult => ({
  check,
  state,
  why,
  failures: subjects.map((subject) => ({ subject, evidence: { subject }, evidenceHash: '0'.repeat(64) })),
  approved: [],
  observedAt: now.toISOString(),
});
const judge = (state: ServerPosture, result: CheckResult) =>
  decide(state, { serverId, results: [result], policy: 1, now });
const after = (...results: readonly CheckResult[]): ServerPosture =>
  results.reduce((state, result) => judge(state, result).map(factOf).reduce(evolve, state), postureFrom([]));
const typesOf = (state: ServerPosture, result: CheckResult): string[] => judge(state, result).map(({ type }) => type);
const uncoveredOf = (state: ServerPosture, result: CheckResult): unknown =>
  judge(state, result).find(({ type }) => type === 'posture.CoverageChanged')?.data['uncovered'];

const both = after(answered('fail', null, 'one', 'two'));

describe('a judgement', () => {
  it('opens what was found, and closes what is seen to be gone', () => {
    expect(Object.keys(both.open)).toHaveLength(2);
    expect(typesOf(both, answered('fail', null, 'one'))).toEqual(['posture.FindingClosed']);
    expect(typesOf(both, answered('pass', null))).toEqual(['posture.FindingClosed', 'posture.FindingClosed']);
    expect(typesOf(both, answered('fail', null, 'one', 'two'))).toEqual([]);
  });

  it.each([['unknown'], ['error']] as const)('that is %s closes nothing, and says why', (state) => {
    const result = answered(state, 'It was not understood');
    expect(typesOf(both, result)).toEqual(['posture.CoverageChanged']);
    expect(uncoveredOf(both, result)).toEqual([{ checkId: check.id, state, why: 'It was not understood' }]);
  });

  it('that does not tell all it found opens what it tells, closes nothing, and says so', () => {
    const why = '134 were found, and the first 100 of them by name are told';
    const cut = answered('fail', why, 'another', 'one');
    expect(typesOf(both, cut)).toEqual(['posture.FindingOpened', 'posture.CoverageChanged']);
    expect(uncoveredOf(both, cut)).toEqual([{ checkId: check.id, state: 'unknown', why }]);
    // Told whole again, what is gone is seen to be.
    const whole = after(answered('fail', null, 'one', 'two'), cut);
    expect(typesOf(whole, answered('fail', null, 'one'))).toEqual([
      ...['posture.FindingClosed', 'posture.FindingClosed', 'posture.CoverageChanged'],
    ]);
  });
});
