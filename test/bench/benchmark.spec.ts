// The arithmetic that every published ratio rests on.
import { describe, expect, it } from 'vitest';
import { compare, median, quantile, type BenchTools } from './benchmark.ts';

const tools: BenchTools = {
  say: () => undefined,
  cleanUp: () => undefined,
  keep: (starting) => starting,
  rounds: 5,
  stopped: new AbortController().signal,
};

describe('a comparison', () => {
  it('takes the median of pairwise ratios, so that a slow minute of the machine counts for neither side', async () => {
    const ours = [9, 10, 10, 100, 10, 10];
    const theirs = [9, 5, 5, 50, 5, 5];
    const outcome = await compare(
      {
        name: 'example',
        measure: 'example',
        unit: 'ms',
        ratioOf: 'ours/theirs',
        target: { atMost: 2 },
        ours: async () => ours.shift() ?? Number.NaN,
        theirs: async () => theirs.shift() ?? Number.NaN,
      },
      tools,
    );
    expect(outcome.rounds).toHaveLength(5);
    expect(outcome).toMatchObject({ ratio: 2, target_met: true, target: 'at most 2', ours: 10, theirs: 5 });
  });

  it('interpolates quantiles', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(quantile([1, 2, 3, 4, 5], 1)).toBe(5);
    expect(
      quantile(
        Array.from({ length: 101 }, (_, index) => index),
        0.99,
      ),
    ).toBe(99);
  });
});
