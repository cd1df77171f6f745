import { describe, expect, it } from 'vitest';
import { Returns } from './returns.ts';

describe('returns of those who found no place', () => {
  it('spreads a fleet that knocks at once over the seconds to come', () => {
    const returns = new Returns();
    const told = Array.from({ length: 9000 }, () => returns.next(1000));
    const perSecond = [...Map.groupBy(told, (seconds) => seconds).values()].map((those) => those.length);
    expect(told.at(0)).toBe(1);
    expect(told.at(-1)).toBe(18);
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(750);
  });

  it('begins anew when nobody was sent away for a while, and sends nobody away for long', () => {
    const returns = new Returns();
    for (let one = 0; one < 100_000; one += 1) returns.next(0);
    expect(returns.next(0)).toBe(60);
    expect(returns.next(120_000)).toBe(1);
  });
});
