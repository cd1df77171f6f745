import { describe, expect, it } from 'vitest';
import { TALLY_SIZES, gather, tallyStrokes, type Mark } from './tally.ts';

describe('the tally', () => {
  it('draws the fifth stroke of a group as its bar', () => {
    const { strokes } = tallyStrokes(Array<Mark>(6).fill('in'), TALLY_SIZES.page);
    expect(strokes.map((stroke) => stroke.d)).toEqual([
      'M1.5 1.5v17',
      'M7.5 1.5v17',
      'M13.5 1.5v17',
      'M19.5 1.5v17',
      'M-0.1 16.4L21.1 3.6',
      'M32.5 1.5v17',
    ]);
  });
  it('has no width without marks', () => expect(tallyStrokes([], TALLY_SIZES.page).width).toBe(0));
  it('shows one stroke for one thing up to 60', () => {
    expect(gather(Array<Mark>(60).fill('in'))).toMatchObject({ each: 1 });
  });
  it('lets the worst of a group be seen beyond 60', () => {
    const marks = Array<Mark>(240).fill('in');
    marks[5] = 'out';
    const gathered = gather(marks);
    expect(gathered.each).toBe(4);
    expect(gathered.marks).toHaveLength(60);
    expect(gathered.marks[1]).toBe('out');
    expect(gathered.marks.filter((mark) => mark === 'in')).toHaveLength(59);
  });
});
