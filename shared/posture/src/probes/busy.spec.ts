// When work counts as lasting: by what two looks at a time add up to.
import { expect, it } from 'vitest';
import { compared } from './busy.ts';

const AT = 1_700_000_000;
const look = (used: number, age = 100_000) => ({ id: '77', used, age, limit: 1 });
/** Looks every five minutes, with the seconds of a processor used by then. */
function after(...used: readonly number[]) {
  let before = {};
  let at = 0;
  used.forEach((seconds, index) => {
    const now = AT + index * 300;
    before = compared([look(seconds)], before, { now, at });
    at = now;
  });
  return before;
}

it('is busy since the look before the first busy span, for as long as it goes on', () => {
  expect(after(10)).toEqual({ 77: { used: 10, since: null } });
  expect(after(10, 300, 590)).toEqual({ 77: { used: 590, since: AT } });
  expect(after(10, 300, 310, 605)).toEqual({ 77: { used: 605, since: AT + 600 } });
});

it('is not busy when most of a span was idle', () => {
  expect(after(10, 200)).toEqual({ 77: { used: 200, since: null } });
});

it('takes a number that began anew for another program', () => {
  const before = { 77: { used: 500, since: AT - 3600 } };
  expect(compared([look(290, 290)], before, { now: AT + 300, at: AT })).toEqual({ 77: { used: 290, since: null } });
  expect(compared([look(790, 290)], before, { now: AT + 300, at: AT })).toEqual({ 77: { used: 790, since: null } });
});

it('begins again after a pause in which nobody looked', () => {
  const before = { 77: { used: 500, since: AT - 3600 } };
  expect(compared([look(4100)], before, { now: AT + 3600, at: AT })).toEqual({ 77: { used: 4100, since: null } });
});

it('measures a container by what it is given', () => {
  const before = { 77: { used: 0, since: null } };
  const quarter = { ...look(70), limit: 0.25 };
  expect(compared([quarter], before, { now: AT + 300, at: AT })['77']?.since).toBe(AT);
  expect(compared([{ ...quarter, limit: 1 }], before, { now: AT + 300, at: AT })['77']?.since).toBeNull();
});
