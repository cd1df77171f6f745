// The tally: four strokes and a bar. One stroke is one thing up to 60, then one group of equal size.

export type Mark = 'in' | 'out' | 'off' | 'run' | 'bad' | 'held';

export interface TallyStroke {
  readonly d: string;
  readonly mark: Mark;
}

export const TALLY_MOST = 60;

export interface TallySize {
  readonly height: number;
  readonly step: number;
  readonly group: number;
}
export const TALLY_SIZES = {
  strip: { height: 14, step: 4.5, group: 22.5 },
  page: { height: 20, step: 6, group: 31 },
  large: { height: 24, step: 7, group: 37 },
} as const satisfies Record<string, TallySize>;

/** Worse wins when several things share a stroke. */
const WORST_FIRST: readonly Mark[] = ['bad', 'out', 'run', 'off', 'held', 'in'];

/** Joins marks into at most 60 strokes, each for the same number of things. */
export function gather(marks: readonly Mark[], most = TALLY_MOST): { marks: Mark[]; each: number } {
  const each = Math.max(1, Math.ceil(marks.length / most));
  if (each === 1) return { marks: [...marks], each };
  const joined: Mark[] = [];
  for (let start = 0; start < marks.length; start += each) {
    const part = marks.slice(start, start + each);
    joined.push(WORST_FIRST.find((mark) => part.includes(mark)) ?? 'in');
  }
  return { marks: joined, each };
}

const round = (value: number): string => (Math.round(value * 10) / 10).toString();

/** Where each stroke stands: the fifth of a group crosses the four before it. */
export function tallyStrokes(marks: readonly Mark[], size: TallySize): { strokes: TallyStroke[]; width: number } {
  const strokes = marks.map((mark, index): TallyStroke => {
    const group = Math.floor(index / 5);
    const place = index % 5;
    const left = 1.5 + group * size.group;
    if (place < 4) return { mark, d: `M${round(left + place * size.step)} 1.5v${size.height - 3}` };
    const right = left + 3 * size.step;
    return { mark, d: `M${round(left - 1.6)} ${round(size.height - 3.6)}L${round(right + 1.6)} 3.6` };
  });
  const groups = Math.ceil(marks.length / 5);
  const inLast = marks.length - (groups - 1) * 5;
  const width =
    groups === 0 ? 0 : (groups - 1) * size.group + (Math.min(inLast, 4) - 1) * size.step + 3 + (inLast === 5 ? 1.6 : 0);
  return { strokes, width: Math.ceil(width) };
}
