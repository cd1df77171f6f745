import { describe, expect, it } from 'vitest';
import { localPath } from './local-path.ts';

describe('where to go after signing in', () => {
  it.each([
    ['/bans?tab=force', '/bans?tab=force'],
    [null, '/'],
    ['https://elsewhere.example/', '/'],
    ['//elsewhere.example/', '/'],
    ['/\\elsewhere.example/', '/'],
    ['javascript:alert(1)', '/'],
  ])('%s leads to %s', (wanted, path) => expect(localPath(wanted)).toBe(path));
});
