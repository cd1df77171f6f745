import { describe, expect, it } from 'vitest';
import { append, arrive, noRows, resume, type LiveRows } from './live-rows.ts';

interface Row {
  id: string;
  left?: number;
}
const rows = (...ids: string[]): Row[] => ids.map((id) => ({ id }));
const page = (ids: string, next: string | null = 'older'): { rows: Row[]; next: string | null } => ({
  rows: rows(...ids.split('')),
  next,
});
const ids = (list: readonly Row[]): string => list.map((row) => row.id).join('');
const start = (): LiveRows<Row> => arrive(noRows<Row>(), page('cba'), false);

describe('a live table', () => {
  it('shows the first page without calling it new', () => {
    expect(ids(start().shown)).toBe('cba');
    expect(start().fresh.size).toBe(0);
    expect(start().next).toBe('older');
  });
  it('lets new rows in on top and marks them', () => {
    const after = arrive(start(), page('edcb'), false);
    expect(ids(after.shown)).toBe('edcba');
    expect([...after.fresh]).toEqual(['e', 'd']);
  });
  it('lets in what arrived late and belongs below a known row', () => {
    const after = arrive(start(), page('dcxba'), false);
    expect(ids(after.shown)).toBe('dcxba');
    expect([...after.fresh]).toEqual(['d', 'x']);
  });
  it('holds them back while somebody reads, and counts them', () => {
    let held = arrive(start(), page('dcb'), true);
    held = arrive(held, page('fedcx'), true);
    expect(ids(held.shown)).toBe('cba');
    expect(ids(held.waiting)).toBe('fedx');
    const after = resume(held);
    expect(ids(after.shown)).toBe('fedcxba');
    expect([...after.fresh]).toEqual(['f', 'e', 'd', 'x']);
  });
  it('renews a known row in place', () => {
    const after = arrive(start(), { rows: [{ id: 'c', left: 9 }, { id: 'b' }], next: null }, true);
    expect(after.shown[0]).toEqual({ id: 'c', left: 9 });
    expect(after.waiting).toHaveLength(0);
  });
  it('starts over rather than hide a hole when more arrived than a page holds', () => {
    const after = arrive(start(), page('zyx', 'below x'), false);
    expect(ids(after.shown)).toBe('zyx');
    expect(after.next).toBe('below x');
    const held = arrive(start(), page('zyx', 'below x'), true);
    expect(ids(held.shown)).toBe('cba');
    expect(ids(resume(held).shown)).toBe('zyx');
  });
  it('adds older rows once, below all that is known', () => {
    expect(ids(append(start(), page('a9')).shown)).toBe('cba9');
    const after = append(arrive(start(), page('dcb'), true), page('a9', null));
    expect(ids(after.shown)).toBe('dcba9');
    expect([ids(after.waiting), after.next]).toEqual(['', null]);
  });
});
