// Nothing is said of a check that no spec has seen fail.
import { expect, it } from 'vitest';
import { checks } from '../checks.ts';
import { triedOn } from './tried.ts';

it('every check of the catalogue was made to fail by something', async () => {
  const tried = await triedOn();
  expect(checks.filter(({ id }) => !tried.has(id)).map(({ id }) => id)).toEqual([]);
  expect([...tried.keys()].filter((id) => checks.every((check) => check.id !== id))).toEqual([]);
});

it('says of a control panel that no real one was asked, and of SSH that one was', async () => {
  const tried = await triedOn();
  expect(tried.get('PLK-001')).toBe('answers as their makers document them');
  expect(tried.get('AGT-001')).toBe('readings that `known.spec.ts` writes');
  expect(tried.get('SSH-001')).toBe('a recorded server');
});
