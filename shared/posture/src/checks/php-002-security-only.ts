// PHP-002: PHP in security-only support.
import { check, failures, notApplicable } from '../check.ts';
import { servingBranches } from '../php-branches.ts';
import { php } from '../probes/php.ts';

export default check({
  id: 'PHP-002',
  area: 'php',
  severity: 'low',
  title: 'PHP in security-only support',
  measured: 'php-fpm versions with pools, against the policy’s dates',
  expected: 'a branch that still gets fixes of every kind',
  why: 'The last year of a branch is the time to plan the move. Whoever waits for its end moves all sites in one night.',
  evidence: { version: 'Version', until: 'Fixes until', pools: 'Pools' },
  fix: 'Name a date for the move and try the sites on the next branch.',
  undo: 'Nothing to undo.',
  risk: 'none',
  maps: [],
  reads: { php },
  judge({ php }, { policy, now }) {
    if (php.versions.length === 0) return notApplicable('PHP-FPM is not installed');
    const today = now.toISOString().slice(0, 10);
    return failures(
      servingBranches(php, policy)
        .filter(({ security, active }) => active < today && security >= today)
        .map(({ version, security, pools }) => ({
          subject: `PHP ${version}`,
          evidence: { version, until: security, pools },
        })),
    );
  },
});
