// Control panels on output as their vendors document it: no panel can be installed here. The checks say so of themselves.
import { expect, it } from 'vitest';
import { checks } from '../checks.ts';
import { posturePolicy } from '../policy.ts';
import { played } from '../testing/tape.ts';
import { panel } from './panel.ts';

const circumstances = { policy: posturePolicy, now: new Date('2026-11-22T07:00:00Z') };

it.each([
  ['plesk-documented', ['PLK-001']],
  ['cpanel-documented', ['CPL-003']],
  ['directadmin-documented', ['DAP-001']],
])('%s: its own checks find what is wrong, the others do not apply', async (server, expected) => {
  const { reading, unreadable } = await played(server, panel);
  expect(unreadable).toEqual([]);
  const own = checks.filter(({ area, reads }) => area === 'panel' && 'panel' in reads);
  const failing = own.filter((check) => check.judge({ panel: reading }, circumstances).state === 'fail');
  expect(failing.map(({ id }) => id)).toEqual(expected);
  for (const { basis } of own) expect(basis).toBe('documented');
});

it('takes an API for closed only when its addresses are written as Plesk reads them', async () => {
  const { reading } = await played('plesk-documented', panel);
  const check = checks.find(({ id }) => id === 'PLK-001');
  const judged = (allowed: string[], wellFormed: boolean) =>
    check?.judge(
      { panel: { ...reading, plesk: { ...reading.plesk, api: { enabled: true, allowed, wellFormed } } } },
      circumstances,
    ).state;
  expect(judged(['203.0.113.9'], true)).toBe('pass');
  expect(judged(['203.0.113.9', '203.0.113.10'], false)).toBe('fail');
});
