import { describe, expect, it } from 'vitest';
import { evolveLine, judgeHint, livenessAt, openLine, silentSeconds, tryInWords } from './liveness.ts';

describe('the line to the control plane', () => {
  it('is connecting until the first beat, then live', () => {
    const line = openLine(1_000);
    expect(livenessAt(line, 2_000)).toBe('connecting');
    expect(livenessAt(evolveLine(line, { kind: 'beat', at: 2_000 }), 2_500)).toBe('live');
  });

  it('turns late after 10 s and stale after 30 s without a beat, connected or not', () => {
    const line = evolveLine(openLine(0), { kind: 'beat', at: 1_000 });
    expect(livenessAt(line, 10_999)).toBe('live');
    expect(livenessAt(line, 11_000)).toBe('late');
    expect(livenessAt(line, 30_999)).toBe('late');
    expect(livenessAt(line, 31_000)).toBe('stale');
  });

  it('says so when no beat ever came', () => {
    expect(livenessAt(openLine(0), 30_000)).toBe('stale');
    expect(silentSeconds(openLine(0), 42_900)).toBe(42);
  });

  it('counts tries and forgets them at the next beat', () => {
    let line = evolveLine(openLine(0), { kind: 'lost', at: 1 });
    line = evolveLine(line, { kind: 'try', at: 2 });
    line = evolveLine(line, { kind: 'try', at: 3 });
    expect(line.tries).toBe(2);
    expect(evolveLine(line, { kind: 'beat', at: 4 })).toMatchObject({ tries: 0, connected: true });
  });

  it.each([
    [1, 'first try'],
    [3, 'third try'],
    [11, '11th try'],
    [21, '21st try'],
    [112, '112th try'],
  ])('puts %i in words as "%s"', (tries, words) => expect(tryInWords(tries)).toBe(words));
});

describe('a hint', () => {
  const at = (revision: number) => ({ epoch: 'a', revision });
  it('continues the topic when its predecessor is known', () => {
    expect(judgeHint(at(7), { epoch: 'a', prev: 7, revision: 9 })).toBe('next');
  });
  it('is a gap when something between was missed, or when nothing is known yet', () => {
    expect(judgeHint(at(7), { epoch: 'a', prev: 8, revision: 9 })).toBe('gap');
    expect(judgeHint(null, { epoch: 'a', prev: 0, revision: 1 })).toBe('gap');
  });
  it('is a gap when the control plane has started anew, however high our revision was', () => {
    expect(judgeHint(at(900), { epoch: 'b', prev: 0, revision: 1 })).toBe('gap');
  });
  it('is old when its revision is known', () => {
    expect(judgeHint(at(9), { epoch: 'a', prev: 7, revision: 9 })).toBe('old');
  });
});
