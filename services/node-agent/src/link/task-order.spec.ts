import type { Signed } from '@muster/contracts/agent';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestControlPlane } from '../testing/control-plane.ts';
import { TaskOrder } from './task-order.ts';

const plane = new TestControlPlane();
const task = (seq: number, lane: 'guard' | 'job' = 'guard'): Signed => plane.sign(plane.envelope({ seq, lane }));
const numberOf = (envelope: Signed): number =>
  (JSON.parse(Buffer.from(envelope.body, 'base64').toString()) as { seq: number }).seq;

describe('tasks that overtake each other', () => {
  let delivered: number[];
  let order: TaskOrder;
  beforeEach(() => {
    vi.useFakeTimers();
    delivered = [];
    order = new TaskOrder((envelope) => delivered.push(numberOf(envelope)), 1000);
    order.begin({ guard: 4 });
  });
  afterEach(() => vi.useRealTimers());

  it('reach the helper in the order of their numbers, without waiting when nothing is missing', () => {
    for (const seq of [5, 7, 8, 6, 9]) order.take(task(seq));
    expect(delivered).toEqual([5, 6, 7, 8, 9]);
  });
  it('wait for a missing number only so long', () => {
    order.take(task(7));
    order.take(task(6));
    vi.advanceTimersByTime(999);
    expect(delivered).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(delivered).toEqual([6, 7]);
    order.take(task(8));
    expect(delivered).toEqual([6, 7, 8]);
  });
  it('are handed on at once when they were delivered before, are of another lane, or have no number', () => {
    order.take(task(3));
    order.take(task(1, 'job'));
    order.take({ ...task(5), body: Buffer.from('{"seq":0}').toString('base64') });
    expect(delivered).toEqual([3, 1, 0]);
  });
});
