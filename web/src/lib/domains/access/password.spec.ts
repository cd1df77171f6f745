import { describe, expect, it } from 'vitest';
import { generatePassword, strengthOf } from './password.ts';

describe('the password generator', () => {
  it('gives 20 readable signs in groups and never the same twice', () => {
    const made = new Set(Array.from({ length: 200 }, () => generatePassword()));
    expect(made.size).toBe(200);
    for (const password of made)
      expect(password).toMatch(/^([a-km-np-zA-HJ-NP-Z2-9]{4}-){4}[a-km-np-zA-HJ-NP-Z2-9]{4}$/);
  });
  it('throws away bytes that would make some signs likelier', () => {
    let calls = 0;
    const password = generatePassword((bytes) => {
      calls += 1;
      return bytes.fill(calls === 1 ? 255 : 0);
    });
    expect(password).toBe('aaaa-aaaa-aaaa-aaaa-aaaa');
    expect(calls).toBe(2);
  });
});

describe('strength', () => {
  it.each([
    ['', 'none'],
    ['short', 'short'],
    ['passwordpassword', 'weak'],
    ['aaaaaaaaaaaaaaaa', 'weak'],
    ['maraokafor2026', 'weak'],
    ['ledger copper harbour', 'good'],
    ['mooring-line-42', 'fair'],
  ] as const)('of "%s" is %s', (password, strength) => {
    expect(strengthOf(password, 12, ['Mara', 'Okafor'])).toBe(strength);
  });
  it('of a generated one is strong', () => expect(strengthOf(generatePassword(), 12)).toBe('strong'));
});
