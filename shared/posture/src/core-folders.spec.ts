// WordPress's own files against checksums, on what md5sum printed of a real site: as it was installed, and with one changed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkOf } from './checks.ts';
import { coreFolders, isCoreFile } from './core-folders.ts';
import { judgeCheck } from './judge.ts';
import { knownReport } from './known.ts';
import { posturePolicy } from './policy.ts';
import { wordpressCore } from './probes/wordpress-core.ts';
import { played, Player } from './testing/tape.ts';
import { MADE_TO_FAIL } from './testing/tried.ts';

const now = new Date('2026-11-22T07:00:00Z');
const { reading: fine } = await played('debian-12-hardened', wordpressCore);
/** As if somebody had written to one file. */
const tape = readFileSync(join(import.meta.dirname, 'fixtures/debian-12-hardened/wordpress-core.txt'), 'utf8');
const touched = tape.replace(/^[0-9a-f]{32}(?= {2}\/var\/www\/shop\.test\/wp-includes\/load\.php$)/m, '0'.repeat(32));
const changed = wordpressCore.reading.parse(await wordpressCore.gather(new Player(touched), []));

function judged(reading: typeof fine, official: Record<string, Record<string, string>>) {
  const check = checkOf('WP-010');
  if (check === undefined) throw new Error('there is no WP-010');
  const reports = new Map([[wordpressCore.name, knownReport(wordpressCore, reading, now)]]);
  return judgeCheck(check, reports, { policy: { ...posturePolicy, wordpressCore: official }, now });
}
const [installed] = fine.trees;

it('knows the folders of a real site, and is told little of them', () => {
  expect(Object.keys(installed?.folders ?? {})).toEqual(expect.arrayContaining(['/', 'wp-admin', 'wp-includes']));
  expect(JSON.stringify(fine).length).toBeLessThan(4000);
});

it('finds the folder of a file that was changed, and nothing where all is as it was released', () => {
  const official = { [`${installed?.version} ${installed?.locale}`]: installed?.folders ?? {} };
  expect(judged(fine, official).state).toBe('pass');
  expect(judged(changed, official).failures).toMatchObject([
    { subject: '/var/www/shop.test', evidence: { version: installed?.version, folders: 'wp-includes' } },
  ]);
  expect(MADE_TO_FAIL['core-folders.spec.ts']).toEqual(['WP-010']);
});

it('is not known where the policy has no checksums of that version', () => {
  expect(judged(fine, {})).toMatchObject({
    state: 'unknown',
    why: expect.stringContaining('a policy pack brings') as string,
  });
});

it('takes a file more for a change, and what is each site’s own for none', () => {
  const sums = { 'wp-includes/load.php': 'a'.repeat(32), 'wp-login.php': 'b'.repeat(32) };
  expect(coreFolders({ ...sums, 'wp-includes/extra.php': 'c'.repeat(32) })['wp-includes']).not.toBe(
    coreFolders(sums)['wp-includes'],
  );
  expect(['wp-config.php', 'wp-content/plugins/a.php', 'info.php'].filter(isCoreFile)).toEqual([]);
});
