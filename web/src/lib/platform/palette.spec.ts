import { describe, expect, it } from 'vitest';
import { paletteEntries } from './palette.ts';

const known = {
  servers: [{ id: 's1', name: 'fra-web-09', note: 'answers' }],
  groups: [{ id: 'g1', name: 'Frankfurt web' }],
  mayBlock: true,
};
const labels = (typed: string, mayBlock = true): string[] =>
  paletteEntries(typed, { ...known, mayBlock }).map(
    (entry) => `${entry.label}${entry.mono === undefined ? '' : ` ${entry.mono}`}`,
  );

describe('the palette', () => {
  it('offers to block first, then where and why', () => {
    expect(labels('block 203.0.113.9/24').slice(0, 3)).toEqual([
      'Block 203.0.113.0/24',
      'Where and why is it banned: 203.0.113.0/24',
      'Ban log of 203.0.113.0/24',
    ]);
    expect(labels('where is 203.0.113.77 banned')[0]).toBe('Block 203.0.113.77');
  });
  it('does not offer what would be refused', () => {
    expect(labels('203.0.113.77', false)[0]).toBe('Where and why is it banned: 203.0.113.77');
  });
  it('finds servers, groups and pages by part of their name', () => {
    expect(labels('web-09')).toContain('fra-web-09');
    expect(labels('frankfurt')).toContain('Frankfurt web');
    expect(labels('oper')).toContain('Operations');
    expect(labels('refused')).toEqual(['Who was refused, and why']);
  });
  it('finds nothing rather than something wrong', () => expect(labels('restore shop_kestrel')).toEqual([]));
});
