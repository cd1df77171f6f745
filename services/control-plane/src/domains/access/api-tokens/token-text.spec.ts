import { TOKEN_PATTERN } from '@muster/contracts/access';
import { expect, it } from 'vitest';
import { couldBeToken, newTokenText } from './token-text.ts';

it('is known by its prefix and carries a sum of itself', () => {
  const token = newTokenText();
  expect(token).toMatch(TOKEN_PATTERN);
  expect(couldBeToken(token)).toBe(true);
  expect(newTokenText()).not.toBe(token);
});

it('has the form that scanners were told, which never changes', () => {
  expect(couldBeToken('muster_012345678901234567890123456789012345678932mxo1')).toBe(true);
});

it.each([
  ['one letter wrong', (token: string) => `muster_${token.charAt(7) === 'a' ? 'b' : 'a'}${token.slice(8)}`],
  ['cut off', (token: string) => token.slice(0, -1)],
  ['too long', (token: string) => `${token}0`],
  ['another prefix', (token: string) => token.replace('muster_', 'master_')],
  ['a line break behind it', (token: string) => `${token}\n`],
  ['nothing', () => ''],
])('is refused with %s', (_, spoilt) => {
  expect(couldBeToken(spoilt(newTokenText()))).toBe(false);
});
