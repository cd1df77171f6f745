import { expect, it } from 'vitest';
import { readRanges, writeRanges } from './rule-words.ts';

it('reads one range per line with what it is called, and writes it back', () => {
  const ranges = readRanges('  192.0.2.0/24   Office  in Kiel \n\n2001:db8::/32\n');
  expect(ranges).toEqual([
    { range: '192.0.2.0/24', label: 'Office in Kiel' },
    { range: '2001:db8::/32', label: '' },
  ]);
  expect(readRanges(writeRanges(ranges))).toEqual(ranges);
});
