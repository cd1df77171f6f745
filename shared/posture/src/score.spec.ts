// The formula that the pages say, in figures.
import { SEVERITIES, type Area, type Severity } from '@muster/contracts/posture';
import { describe, expect, it } from 'vitest';
import { FORMULA, MOST_PER_AREA, scoreOf, WEIGHTS, type Weighed } from './score.ts';

const many = (area: Area, severity: Severity, times: number): Weighed[] =>
  Array.from({ length: times }, () => ({ area, severity }));

describe('a score', () => {
  it('is 100 less the weight of what is open', () => {
    expect(scoreOf([])).toBe(100);
    expect(SEVERITIES.map((severity) => scoreOf([{ area: 'ssh', severity }]))).toEqual([85, 94, 98, 99.5]);
    expect(scoreOf([...many('ssh', 'high', 2), ...many('mail', 'medium', 3), ...many('dns', 'low', 1)])).toBe(81.5);
  });

  it('loses at most 25 by one area', () => {
    expect(scoreOf(many('ssh', 'high', 4))).toBe(76);
    expect(scoreOf(many('ssh', 'high', 5))).toBe(75);
    expect(scoreOf(many('ssh', 'critical', 2))).toBe(75);
    expect(scoreOf(many('ssh', 'critical', 50))).toBe(75);
    expect(scoreOf([...many('ssh', 'critical', 50), ...many('web', 'low', 1)])).toBe(74.5);
  });

  it('ends at nothing', () => {
    const four = (['ssh', 'web', 'mail', 'dns'] as const).flatMap((area) => many(area, 'critical', 2));
    expect(scoreOf(four)).toBe(0);
    expect(scoreOf([...four, ...many('php', 'critical', 2)])).toBe(0);
  });

  it('is what the pages say it is', () => {
    expect(FORMULA).toEqual({ weights: WEIGHTS, mostPerArea: MOST_PER_AREA });
    expect([WEIGHTS.critical, WEIGHTS.high, WEIGHTS.medium, WEIGHTS.low, MOST_PER_AREA]).toEqual([15, 6, 2, 0.5, 25]);
  });
});
