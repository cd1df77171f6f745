import { describe, expect, it } from 'vitest';
import { append, arrive, noRows, resume, type LiveRows } from './live-rows.ts';

interface Row {
  id: string;
  left?: number;
}
const rows = (...ids: string[]): Row[] => ids.map((id) => ({ id }));
const ids = (list: readonly Row[]): string => list.map((row) => row.id).join('');
const start = (): LiveRows<Row> => arrive(noRows<Row>(), rows('c', 'b', 'a'), false);

describe('a live table', () => {
  it('shows the first page without calling it new', () => {
    expect(ids(start().shown)).toBe('cba');
    expect(start().fresh.size).toBe(0);
  });
  it('lets new rows in on top and marks them', () => {
    const after = arrive(start(), rows('e', 'd', 'c', 'b'), false);
    expect(ids(after.shown)).toBe('edcba');
    expect([...after.fresh]).toEqual(['e', 'd']);
  });
  it('holds them back while somebody reads, and counts them', () => {
    let held = arrive(start(), rows('d', 'c', 'b'), true);
    held = arrive(held, rows('f', 'e', 'd', 'c'), true);
    expect(ids(held.shown)).toBe('cba');
    expect(ids(held.waiting)).toBe('fed');
    const after = resume(held);
    expect(ids(after.shown)).toBe('fedcba');
    expect([...after.fresh]).toEqual(['f', 'e', 'd']);
  });
  it('renews a known row in place', () => {
    const after = arrive(start(), [{ id: 'c', left: 9 }, { id: 'b' }], true);
    expect(after.shown[0]).toEqual({ id: 'c', left: 9 });
    expect(after.waiting).toHaveLength(0);
  });
  it('starts over rather than hide a hole when more arrived than a page holds', () => {
    expect(ids(arrive(start(), rows('z', 'y', 'x'), false).shown)).toBe('zyx');
  });
  it('adds older rows once', () => expect(ids(append(start(), rows('a', '9')).shown)).toBe('cba9'));
});
