import { expect, test } from 'vitest';
import { endsSoon } from './waivers-ending.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const until = (days: number): string => new Date(NOW + days * 86_400_000).toISOString();

test('a waiver that is in force ends soon in its last fourteen days; one that was only asked for does not', () => {
  expect(endsSoon({ state: 'standing', until: until(14) }, NOW)).toBe(true);
  expect(endsSoon({ state: 'standing', until: until(15) }, NOW)).toBe(false);
  expect(endsSoon({ state: 'asked', until: until(3) }, NOW)).toBe(false);
  expect(endsSoon({ state: 'ended', until: until(-1) }, NOW)).toBe(false);
});
