// WP-010: Core files differ from official checksums.
import { check, failures, listed, notApplicable } from '../check.ts';
import { guide, step } from '../guide.ts';
import { backUpSite, restoreSite, wp } from '../guides/services.ts';
import { wordpressCore } from '../probes/wordpress-core.ts';
import { only, sh, VERSION } from '../shell.ts';

export default check({
  id: 'WP-010',
  area: 'wordpress',
  severity: 'high',
  title: 'Core files differ from official checksums',
  measured:
    'md5 of WordPress’s PHP files, folder by folder, against the checksums of version and locale in the policy pack',
  expected: 'every folder as it was released, no file more and none less',
  why: 'WordPress never changes its own files between updates, so whatever differs was changed by somebody. A back door in wp-includes is run by every visit and survives every new password.',
  evidence: { site: 'Site', version: 'Version', folders: 'Folders that differ' },
  fix: 'wp core verify-checksums names the files. Keep them as evidence, then put the same version in again (wp core download --force --skip-content) and look for how they came in.',
  undo: 'Put the files back from the copy.',
  risk: 'service',
  maps: [],
  reads: { wordpressCore },
  judge({ wordpressCore: { trees, left } }, { policy }) {
    if (trees.length === 0 && left === 0) return notApplicable('There is no WordPress');
    const judged = trees.map((tree) => ({ ...tree, official: policy.wordpressCore[`${tree.version} ${tree.locale}`] }));
    const without = judged.filter(({ official }) => official === undefined);
    const named = [...new Set(without.map(({ version, locale }) => `${version} ${locale}`))];
    const unseen =
      named.length > 0
        ? `The policy has no checksums of WordPress ${listed(named, 4)}: a policy pack brings them`
        : left > 0
          ? 'Not every site could be read in time'
          : null;
    return failures(
      judged.flatMap(({ version, folders, roots, official = folders }) => {
        const all = new Set([...Object.keys(official), ...Object.keys(folders)]);
        const differ = [...all].filter((folder) => official[folder] !== folders[folder]).sort();
        if (differ.length === 0) return [];
        return roots.map((site) => ({ subject: site, evidence: { site, version, folders: listed(differ) } }));
      }),
      unseen,
    );
  },
  steps({ evidence: { site, version, folders } }) {
    const same = only(version, VERSION);
    return guide(
      [
        step(`Of WordPress ${version} these differ: ${folders}. See which files.`, wp(site, 'core verify-checksums')),
        backUpSite(site),
        step(
          'Put the same version in again; files that WordPress does not have are named by the check and stay until you move them away.',
          wp(site, sh`core download --force --skip-content --version=${same}`),
          wp(site, 'core verify-checksums'),
        ),
        step('Look for how they came in: it was somebody who may write there.'),
      ],
      [restoreSite(site)],
    );
  },
});
