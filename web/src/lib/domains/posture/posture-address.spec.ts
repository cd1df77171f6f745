import { expect, it } from 'vitest';
import { asOfMoment, withDay } from './posture-address.ts';

const now = Date.parse('2026-11-21T10:00:00Z');

it('takes the end of a day that has been, and nothing else', () => {
  expect(asOfMoment('2026-11-14', now)).toBe('2026-11-14T23:59:59.999Z');
  for (const day of [null, '2026-11-21', '2026-12-01', '2026-02-31x', 'yesterday'])
    expect(asOfMoment(day, now)).toBeNull();
});

it('keeps the rest of the address', () => {
  const url = new URL('https://muster.example/posture?tab=findings&group=g');
  expect(withDay(url, '2026-11-14')).toBe('/posture?tab=findings&group=g&day=2026-11-14');
  expect(withDay(new URL(`https://muster.example${withDay(url, '2026-11-14')}`), null)).toBe(
    '/posture?tab=findings&group=g',
  );
});
