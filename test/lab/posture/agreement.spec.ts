// The guide that compares our checks with Lynis leaves none out, and explains each that differs. What it says was seen in the lab.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { agreeing, agrees, PAIRS, rowsOf, withRows } from './agreement-table.ts';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/guides/lynis.md'), 'utf8');
const rows = rowsOf(guide);

it('has a row for each test that a check names', () => {
  expect(rows.map(({ check, test }) => `${check} ${test}`)).toEqual(PAIRS.map(({ check, test }) => `${check} ${test}`));
});

it('says of each pair that differs why it does, and counts those that agree', () => {
  expect(rows.filter((row) => !agrees(row) && row.why === '').map(({ check, test }) => `${check} ${test}`)).toEqual([]);
  expect(guide).toContain(`${agreeing(rows).length} of ${rows.length} pairs agree both times`);
});

it('is made again from what both say, with the reasons that it has', () => {
  expect(rowsOf(withRows(guide, rows))).toEqual(rows);
  const [first, ...others] = rows;
  if (first === undefined) throw new Error('the guide has no row');
  const changed = { ...first, hardened: 'fail / not run', why: 'Another reason.' } as const;
  expect(rowsOf(withRows(guide, [changed, ...others]))).toEqual([changed, ...others]);
  expect(withRows(guide, [changed])).toContain('for the 1 pairs in which');
});
