import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askLater } from './ask-later.ts';

/** Answers when it is told to, whether or not it was broken off. */
function slowly(): { ask: (signal: AbortSignal) => Promise<string>; asked: AbortSignal[]; settle: (() => void)[] } {
  const asked: AbortSignal[] = [];
  const settle: (() => void)[] = [];
  const ask = (signal: AbortSignal) => {
    const mine = asked.push(signal);
    return new Promise<string>((resolve) => settle.push(() => resolve(`answer ${mine}`)));
  };
  return { ask, asked, settle };
}

const unheard = (said: unknown) => expect.unreachable(`nobody was to hear ${String(said)}`);

describe('a question that is asked later', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is asked once, when the hand rests', async () => {
    const { ask, asked, settle } = slowly();
    const heard: string[] = [];
    let takeBack = askLater(ask, (answer) => heard.push(answer), unheard);
    for (let key = 0; key < 5; key += 1) {
      await vi.advanceTimersByTimeAsync(100);
      takeBack();
      takeBack = askLater(ask, (answer) => heard.push(answer), unheard);
    }
    expect(asked).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(300);
    expect(asked).toHaveLength(1);
    settle[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual(['answer 1']);
  });

  it('that was overtaken is broken off, and its late answer is not heard', async () => {
    const { ask, asked, settle } = slowly();
    const heard: string[] = [];
    const takeBack = askLater(ask, (answer) => heard.push(answer), unheard);
    await vi.advanceTimersByTimeAsync(300);
    takeBack();
    askLater(ask, (answer) => heard.push(answer), unheard);
    await vi.advanceTimersByTimeAsync(300);
    expect(asked.map(({ aborted }) => aborted)).toEqual([true, false]);
    settle[1]?.();
    settle[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual(['answer 2']);
  });

  it('that fails says why, unless it was taken back', async () => {
    const problems: unknown[] = [];
    const refuse = () => Promise.reject(new Error('no answer'));
    askLater(refuse, unheard, (problem) => problems.push(problem));
    await vi.advanceTimersByTimeAsync(300);
    expect(problems).toEqual([new Error('no answer')]);
    const broken = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('broken off'))));
    const takeBack = askLater(broken, unheard, (problem) => problems.push(problem));
    await vi.advanceTimersByTimeAsync(300);
    takeBack();
    await vi.advanceTimersByTimeAsync(0);
    expect(problems).toHaveLength(1);
  });
});
