import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addressIn } from './scope-address.ts';

describe('an address in a scope', () => {
  it.each([
    ['/posture', '/posture?group=g1'],
    ['/posture?tab=findings', '/posture?tab=findings&group=g1'],
    ['/posture/servers/s1#baseline', '/posture/servers/s1?group=g1#baseline'],
    ['/posture?tab=catalogue#formula', '/posture?tab=catalogue&group=g1#formula'],
    ['?after=x', '?after=x&group=g1'],
  ])('%s', (path, expected) => {
    expect(addressIn(path, 'g1')).toBe(expected);
    expect(addressIn(path, null)).toBe(path);
  });

  it('keeps the group that it names', () => {
    expect(addressIn('/?group=g2', 'g1')).toBe('/?group=g2');
    expect(addressIn('/bans?tab=force&group=g2#x', 'g1')).toBe('/bans?tab=force&group=g2#x');
  });

  it('takes a group from an address as it is, and adds nothing else to it', () => {
    expect(addressIn('/bans', 'a&tab=never')).toBe('/bans?group=a%26tab%3Dnever');
  });
});

/** Signing in and out, what is downloaded, and a client’s page know no group. */
const WITHOUT = /^\/(?:signin|signout|setup|enter|api\/|c\/)/;
const OUTSIDE = ['routes/(auth)/', 'routes/(client)/', 'routes/+error.svelte', 'lib/domains/clients/ClientHead.svelte'];
const SOURCES = join(import.meta.dirname, '../..');

it('is used by every link from page to page, so that the chosen group is kept', () => {
  const pages = globSync('**/*.svelte', { cwd: SOURCES }).filter(
    (path) => !OUTSIDE.some((part) => path.startsWith(part)),
  );
  expect(pages.length).toBeGreaterThan(100);
  const bare = pages.flatMap((path) =>
    [
      ...readFileSync(join(SOURCES, path), 'utf8').matchAll(
        /(?:href="|href=\{(?!inScope\()[^}]*?['`]|goto\(['`])(\/[^"'`]*)/g,
      ),
    ]
      .map(([, to = '']) => to)
      .filter((to) => !WITHOUT.test(to))
      .map((to) => `${path}: ${to}`),
  );
  expect(bare).toEqual([]);
});
