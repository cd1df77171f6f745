import { describe, expect, it } from 'vitest';
import { bytes, counted, cutMiddle, hashGroups, listed, numberWord } from './quantities.ts';

describe('quantities', () => {
  it('separates thousands and agrees in number', () => {
    expect(counted(1, 'server')).toBe('1 server');
    expect(counted(18204, 'entry', 'entries')).toBe('18,204 entries');
  });
  it('writes small numbers as words', () => {
    expect(numberWord(6)).toBe('Six');
    expect(numberWord(14)).toBe('14');
  });
  it('uses decimal byte units', () => {
    expect(bytes(0)).toBe('0 B');
    expect(bytes(41_000_000_000)).toBe('41 GB');
    expect(bytes(1_940_000_000_000)).toBe('1.9 TB');
  });
  it('lists names and says how many more', () => {
    expect(listed([])).toBe('');
    expect(listed(['a', 'b'])).toBe('a and b');
    expect(listed(['a', 'b', 'c', 'd'])).toBe('a, b and 2 more');
  });
  it('cuts host strings in the middle', () => {
    expect(cutMiddle('abcdefghij', 5)).toBe('ab…ij');
    expect(cutMiddle('short', 5)).toBe('short');
  });
  it('groups hashes', () => expect(hashGroups('778635c197d74fe0', 2)).toBe('7786 35c1 …'));
});
