import { describe, expect, it } from 'vitest';
import { isDeeperThan } from './json-depth.ts';

describe('how deep a JSON value is', () => {
  it.each([
    ['a text', 'x', 0],
    ['nothing', null, 0],
    ['an empty list', [], 1],
    ['an object', { a: 1, b: 'x' }, 1],
    ['a list in an object in a list', [{ a: [] }, 1], 3],
  ])('counts the levels of %s', (_, value, levels) => {
    expect(isDeeperThan(value, levels)).toBe(false);
    if (levels > 0) expect(isDeeperThan(value, levels - 1)).toBe(true);
  });

  it('does not mind how deep it is', () => {
    const deep: unknown = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000));
    expect(isDeeperThan(deep, 64)).toBe(true);
    expect(isDeeperThan(deep, 200_000)).toBe(false);
  });
});
