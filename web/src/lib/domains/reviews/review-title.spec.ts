import { expect, test } from 'vitest';
import { reviewHeading, reviewsTitle } from './review-title.ts';

test('the list says first what is late, then what waits', () => {
  expect(reviewsTitle([])).toBe('No review is due');
  expect(reviewsTitle([{ state: 'attested' }, { state: 'open' }])).toBe('One review waits');
  expect(reviewsTitle([{ state: 'open' }, { state: 'overdue' }, { state: 'overdue' }])).toBe('Two reviews are late');
});

test('a review says what is left to do', () => {
  expect(reviewHeading({ state: 'open', items: 12, undecided: 3 })).toBe('3 items to decide');
  expect(reviewHeading({ state: 'overdue', items: 12, undecided: 0 })).toBe('Late: everything is decided; attest it');
  expect(reviewHeading({ state: 'attested', items: 1, undecided: 0 })).toBe('Attested: 1 item decided');
});
