// What a host said stays one word of data in a line that a person copies into a shell.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { inTurn, only, quoted, sh } from './shell.ts';

const HOSTILE = [
  'a b',
  "it's; touch pwned",
  '$(touch pwned)',
  '`touch pwned`',
  '"; touch pwned; "',
  "'; touch pwned; '",
  '$HOME',
  '~root',
  '*',
  '!!',
  '{a,b}',
  'a\\',
  "a\\'b",
  'x & touch pwned',
  'x | touch pwned',
  'x > pwned',
  '#x',
  '=x',
  '/var/www/ünï/日本',
];

describe('a word of a shell', () => {
  it.each(['sh', 'bash'])('reaches a program as it was, in %s', (shell) => {
    for (const value of HOSTILE) {
      const word = quoted(value);
      const inside = sh`printf %s "$(printf %s ${value})"`;
      expect(spawnSync(shell, ['-c', `printf %s ${word}`], { encoding: 'utf8' }).stdout).toBe(value);
      expect(spawnSync(shell, ['-c', inside ?? ''], { encoding: 'utf8' }).stdout).toBe(value);
      expect(spawnSync(shell, ['-c', sh`printf %s --path=${value}` ?? ''], { encoding: 'utf8' }).stdout).toBe(
        `--path=${value}`,
      );
    }
  });

  it.each([
    '',
    '-rf',
    'a\nb',
    'a\tb',
    'a\u001b[2J',
    'a\u0000b',
    'a\u202eb',
    'a\u2028b',
    'a\u00adb',
    'a\ufffdb',
    'x'.repeat(501),
  ])('is not made of %j', (value) => {
    expect(quoted(value)).toBeNull();
    expect(sh`rm -- ${value}`).toBeNull();
  });

  it('has no quotes where none are needed', () => {
    expect(sh`chmod ${'0640'} -- ${'/var/www/html/.env'}`).toBe('chmod 0640 -- /var/www/html/.env');
    expect(sh`id ${undefined}`).toBeNull();
  });
});

it('takes a value of one form only into what is more than a word', () => {
  expect(only('3306', /^\d+$/)).toBe('3306');
  expect(only("3306'; drop", /^\d+$/)).toBe('');
  expect(only(undefined, /^/)).toBe('');
});

it('leaves the whole line out when one of its parts is', () => {
  expect(inTurn('a', 'b')).toBe('a && b');
  expect(inTurn('a', null)).toBeNull();
});
