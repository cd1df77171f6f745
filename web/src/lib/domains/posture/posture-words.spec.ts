import { AREAS } from '@muster/contracts/posture';
import { expect, it } from 'vitest';
import { AREA_WORDS, cellInWords, changeInWords, evidenceInWords, evidenceText, openInWords } from './posture-words.ts';

const none = { critical: 0, high: 0, medium: 0, low: 0, accepted: 0, unknown: 0 };

it('has a word for every area', () => {
  for (const area of AREAS) expect(AREA_WORDS[area].length).toBeGreaterThan(2);
});

it('says what is open, worst first', () => {
  expect(openInWords({ ...none, high: 21, critical: 3, accepted: 7 })).toBe('3 critical, 21 high');
  expect(openInWords(none)).toBe('nothing');
});

it('never calls fine what is not known', () => {
  expect(cellInWords({ state: 'unknown', severity: null, count: 2 })).toBe('2 not known');
  expect(cellInWords({ state: 'not-applicable', severity: null, count: 0 })).toBe('does not apply');
  expect(cellInWords({ state: 'open', severity: 'critical', count: 1 })).toBe('1 critical');
});

it('writes changes with a sign and evidence as words', () => {
  expect([changeInWords(-2.1), changeInWords(4), changeInWords(0)]).toEqual(['−2.1', '+4', '0']);
  expect([evidenceText(true), evidenceText(22), evidenceText(undefined)]).toEqual(['yes', '22', '']);
  expect(evidenceInWords({ port: 22, unit: '', lastUsed: 'never' })).toBe('port 22 · last used never');
});
