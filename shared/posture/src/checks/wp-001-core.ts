// WP-001: WordPress core outdated.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { backUpSite, restoreSite, wp } from '../guides/services.ts';
import { wordpress } from '../probes/wordpress.ts';
import { only, sh, VERSION } from '../shell.ts';
import { isOlder } from '../versions.ts';
import { fixedCore } from '../wordpress-core.ts';

export default check({
  id: 'WP-001',
  area: 'wordpress',
  severity: 'high',
  title: 'WordPress core outdated',
  measured: 'wp-includes/version.php against the fixed version of its branch in the policy',
  expected: 'the newest fixes of a branch that still gets them',
  why: 'What a release mends is read by attackers on the same day. Sites that run it afterwards are found by their version.',
  evidence: { site: 'Site', version: 'Version', fixed: 'Fixed in' },
  fix: 'Back up, update on a copy, see that the site and its login answer, then update the site (wp core update).',
  undo: 'Put files and database back from that backup.',
  risk: 'service',
  maps: [],
  reads: { wordpress },
  judge({ wordpress: { sites, complete } }, { policy }) {
    const old = sites.flatMap(({ root, version }) => {
      const fixed = fixedCore(version, policy);
      if (fixed === null || (fixed !== 'no longer' && !isOlder(version, fixed))) return [];
      return [{ subject: root, evidence: { site: root, version, fixed } }];
    });
    if (old.length === 0 && !complete) return unknown('Some folders of sites could not be entered');
    return sites.length === 0 ? notApplicable('There is no WordPress') : failures(old);
  },
  steps({ evidence: { site, version, fixed } }) {
    const to = only(fixed, VERSION);
    return guide(
      [
        backUpSite(site),
        step(
          to === ''
            ? `The branch of ${version} gets no fixes any more: update to the newest, on a copy first.`
            : `Update from ${version} to ${to}, on a copy first.`,
          wp(site, to === '' ? 'core update' : sh`core update --version=${to}`),
          wp(site, 'core version'),
        ),
        step('Bring the database to it, and see that the site and its login answer.', wp(site, 'core update-db')),
      ],
      [restoreSite(site)],
    );
  },
});
