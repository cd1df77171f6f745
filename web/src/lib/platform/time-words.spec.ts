import { describe, expect, it } from 'vitest';
import {
  age,
  calendarDay,
  duration,
  exactTime,
  logTime,
  longDay,
  relativeTime,
  untilTime,
  zoneName,
} from './time-words.ts';

const at = new Date('2026-11-20T01:47:09.500Z');

describe('durations', () => {
  it.each([
    [12, '12 ms'],
    [400, '0.4 s'],
    [4_640, '4.6 s'],
    [31_000, '31 s'],
    [597_000, '9 min 57 s'],
    [600_000, '10 min'],
    [86_340_000, '23 h 59 min'],
    [86_400_000, '1 d'],
    [100 * 3_600_000, '4 d 4 h'],
  ])('says %i ms as "%s"', (ms, words) => expect(duration(ms)).toBe(words));
  it('never ages below zero', () => expect(age(-5_000)).toBe('0 s'));
});

describe('times', () => {
  it('shows the reader’s zone, not the server’s', () => {
    expect(exactTime(at, 'Europe/Berlin')).toBe('20 Nov 2026, 02:47:09');
    expect(exactTime(at, 'America/New_York')).toBe('19 Nov 2026, 20:47:09');
    expect(longDay(at, 'Europe/Berlin')).toBe('Friday 20 November 2026');
    expect(untilTime(at, at, 'Europe/Berlin')).toBe('Fri 20 Nov 02:47');
  });
  it('names a zone as people do', () => {
    expect(zoneName('Europe/Berlin')).toBe('Berlin');
    expect(zoneName('America/New_York')).toBe('New York');
    expect(zoneName('UTC')).toBe('UTC');
  });
  it('is relative under a day and absolute beyond', () => {
    expect(relativeTime(at, new Date(at.getTime() + 16 * 60_000), 'UTC')).toBe('16 min ago');
    expect(relativeTime(at, new Date(at.getTime() - 3_600_000), 'UTC')).toBe('in 1 h');
    expect(relativeTime(at, new Date(at.getTime() + 86_400_000), 'UTC')).toBe('20 Nov 2026, 01:47:09');
  });
  it('keeps a day of the calendar what it is, and says what is none as it stands', () => {
    expect(calendarDay('2026-11-20')).toBe('20 Nov 2026');
    expect(calendarDay('2026-11-20T23:59:59Z')).toBe('20 Nov 2026');
    expect([calendarDay(''), calendarDay('soon')]).toEqual(['', 'soon']);
  });
  it('adds the day to log times of another day in that zone', () => {
    expect(logTime(at, new Date('2026-11-20T20:00:00Z'), 'Europe/Berlin')).toBe('02:47:09');
    expect(logTime(at, new Date('2026-11-21T20:00:00Z'), 'Europe/Berlin')).toBe('20 Nov 02:47');
  });
  it('names the year when it is not the present one in that zone', () => {
    const next = new Date('2027-11-20T01:47:09Z');
    expect(untilTime(next, at, 'Europe/Berlin')).toBe('Sat 20 Nov 2027 02:47');
    expect(logTime(at, next, 'Europe/Berlin')).toBe('20 Nov 2026 02:47');
    const newYear = new Date('2026-12-31T23:30:00Z');
    expect(untilTime(newYear, at, 'UTC')).toBe('Thu 31 Dec 23:30');
    expect(untilTime(newYear, at, 'Europe/Berlin')).toBe('Fri 1 Jan 2027 00:30');
  });
});
