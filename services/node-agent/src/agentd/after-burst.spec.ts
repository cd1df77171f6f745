import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AfterBurst } from './after-burst.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('is done once for a burst, and once more for what happened meanwhile', async () => {
  const ends: (() => void)[] = [];
  const after = new AfterBurst(500, () => new Promise((resolve) => ends.push(resolve)));
  for (let event = 0; event < 10; event += 1) after.soon();
  await vi.advanceTimersByTimeAsync(499);
  expect(ends).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(ends).toHaveLength(1);
  // It takes ten times as long as it waits, and events go on.
  for (let event = 0; event < 10; event += 1) {
    after.soon();
    await vi.advanceTimersByTimeAsync(500);
  }
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await vi.advanceTimersByTimeAsync(500);
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await vi.advanceTimersByTimeAsync(5000);
  expect(ends).toHaveLength(2);
});

it('is not done any more once it was stopped', async () => {
  let done = 0;
  const after = new AfterBurst(500, () => Promise.resolve(void (done += 1)));
  after.soon();
  after.stop();
  after.soon();
  await vi.advanceTimersByTimeAsync(5000);
  expect(done).toBe(0);
});
