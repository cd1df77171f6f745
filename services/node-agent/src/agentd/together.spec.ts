// How often the root helper is woken for what it is asked again and again.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Together } from './together.ts';

const MINUTE = 60_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function together() {
  const ran: string[] = [];
  const errands = new Together(() => Date.now());
  const began = Date.now();
  const every = (minutes: number, name: string): void =>
    errands.every(minutes * MINUTE, () => ran.push(`${name} ${(Date.now() - began) / MINUTE}`));
  return { errands, ran, every };
}

it('runs each thing at its own pace where nothing else wakes the helper', () => {
  const { errands, ran, every } = together();
  every(5, 'held');
  every(10, 'places');
  vi.advanceTimersByTime(20 * MINUTE);
  errands.stop();
  vi.advanceTimersByTime(20 * MINUTE);
  expect(ran).toEqual(['held 5', 'held 10', 'places 10', 'held 15', 'held 20', 'places 20']);
});

it('takes along what is ripe when the helper is awake, and waits its whole time from then on', () => {
  const { errands, ran, every } = together();
  every(5, 'held');
  every(10, 'places');
  vi.advanceTimersByTime(4 * MINUTE);
  errands.awake();
  expect(ran).toEqual(['held 4']);
  vi.advanceTimersByTime(4 * MINUTE);
  errands.awake();
  expect(ran).toEqual(['held 4', 'held 8', 'places 8']);
  vi.advanceTimersByTime(4.9 * MINUTE);
  expect(ran).toHaveLength(3);
  vi.advanceTimersByTime(0.1 * MINUTE);
  expect(ran).toEqual(['held 4', 'held 8', 'places 8', 'held 13']);
});

it('runs nothing after it was stopped', () => {
  const { errands, ran, every } = together();
  every(5, 'held');
  vi.advanceTimersByTime(4.9 * MINUTE);
  errands.stop();
  errands.awake();
  vi.advanceTimersByTime(MINUTE);
  expect(ran).toEqual([]);
});
