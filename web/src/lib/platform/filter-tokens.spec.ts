import { describe, expect, it } from 'vitest';
import { parseTokens, spanOf, tokensText, valueOf } from './filter-tokens.ts';

const keys = ['server', 'jail', 'since'];

describe('filter tokens', () => {
  it('tells keys from bare words', () => {
    expect(parseTokens('203.0.113.0/24 server:fra-web-03 since:24h', keys)).toEqual([
      { key: '', value: '203.0.113.0/24' },
      { key: 'server', value: 'fra-web-03' },
      { key: 'since', value: '24h' },
    ]);
  });
  it('does not take an IPv6 address apart', () => {
    expect(parseTokens('2001:db8::/32', keys)).toEqual([{ key: '', value: '2001:db8::/32' }]);
    expect(parseTokens('fe80::1', keys)).toEqual([{ key: '', value: 'fe80::1' }]);
  });
  it('keeps values with spaces in quotes, both ways', () => {
    const text = 'jail:"nginx auth" server:a';
    expect(tokensText(parseTokens(text, keys))).toBe(text);
    expect(valueOf(parseTokens(text, keys), 'jail')).toBe('nginx auth');
  });
  it('lets the last of two equal keys win', () => {
    expect(valueOf(parseTokens('since:1h since:7d', keys), 'since')).toBe('7d');
  });
  it.each([
    ['30m', 1_800_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['7 d', 604_800_000],
    ['soon', null],
    ['', null],
  ])('reads the span %s', (text, span) => expect(spanOf(text)).toBe(span));
});
