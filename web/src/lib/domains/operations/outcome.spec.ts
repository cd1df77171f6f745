import type { TaskRow } from '@muster/contracts/operations';
import { describe, expect, it } from 'vitest';
import { countsList, operationMarks, outcomeOf, outcomeSentence, type Counts } from './outcome.ts';

const counts = (more: Partial<Counts>): Counts => ({
  requested: 0,
  waiting: 0,
  released: 0,
  accepted: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  expired: 0,
  cancelled: 0,
  unknown: 0,
  ...more,
});
const words = (servers: number, more: Partial<Counts>): string =>
  outcomeOf({ kind: 'bans.block', servers, counts: counts(more), state: 'running' }).words;

describe('an operation in words', () => {
  it.each([
    [5, { succeeded: 5 }, '5 of 5 enforced'],
    [40, { succeeded: 38, waiting: 2 }, '38 of 40, 2 wait'],
    [5, { succeeded: 3, failed: 1, expired: 1 }, '3 of 5, 2 failed'],
    [5, { succeeded: 4, unknown: 1 }, '4 of 5, 1 not known'],
    [5, { succeeded: 1, running: 2, waiting: 2 }, '1 of 5, 4 under way'],
    [5, { succeeded: 2, cancelled: 3 }, '2 of 5, 3 cancelled'],
    [1, { succeeded: 2 }, '2 of 2 enforced'],
    [0, {}, 'no server to reach'],
  ])('of %i servers', (servers, more, said) => expect(words(servers, more)).toBe(said));

  it('never lets a success hide what is not known', () => {
    const lost = counts({ succeeded: 1, unknown: 1 });
    expect(outcomeOf({ kind: 'bans.block', servers: 2, counts: lost, state: 'done' }).glyph).toBe('unknown');
  });

  it('does not call a scan enforced', () => {
    const all = counts({ succeeded: 2 });
    expect(outcomeOf({ kind: 'posture.scan', servers: 2, counts: all, state: 'done' }).words).toBe('2 of 2 done');
  });

  it('names who failed and who waits', () => {
    const task = (serverName: string, state: TaskRow['state']) => ({ serverName, state }) as TaskRow;
    expect(
      outcomeSentence(
        {
          servers: 4,
          counts: counts({ succeeded: 2, failed: 1, waiting: 1 }),
          state: 'running',
          cancelRequested: false,
          finishedAt: null,
        },
        [task('a', 'succeeded'), task('b', 'failed'), task('c', 'waiting')],
      ),
    ).toBe('2 of 4 servers did it. b could not. c is silent and takes it when it answers.');
  });

  it('asks a server that went silent, and nobody once the server is gone', () => {
    const lost = (finishedAt: string | null) =>
      outcomeSentence(
        { servers: 1, counts: counts({ unknown: 1 }), state: 'running', cancelRequested: false, finishedAt },
        [{ serverName: 'a', state: 'unknown' } as TaskRow],
      );
    expect(lost(null)).toBe('0 of 1 server did it. What a holds is not known; it is asked.');
    expect(lost('2026-11-01T00:00:00.000Z')).toBe(
      '0 of 1 server did it. What a holds is not known; nobody is left to ask.',
    );
  });

  it('counts steps where a server has several', () => {
    const step = (done: number) => ({
      servers: 1,
      counts: counts({ succeeded: done, running: 2 - done }),
      state: 'running' as const,
      cancelRequested: false,
      finishedAt: null,
    });
    expect(outcomeSentence(step(2), [])).toBe('1 server did it and signed a receipt for each step.');
    expect(outcomeSentence(step(1), [])).toBe('1 of 2 steps done.');
  });

  it('has one stroke per server, the trouble last, and lists the trouble first', () => {
    const mixed = counts({ succeeded: 2, failed: 1 });
    expect(operationMarks(mixed)).toEqual(['in', 'in', 'bad']);
    expect(countsList(mixed).map(({ state }) => state)).toEqual(['failed', 'succeeded']);
  });
});
