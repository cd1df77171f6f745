// PHP-002: PHP in security-only support.
import { check, failures, notApplicable } from '../check.ts';
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
  judge({ php: { versions, pools } }, { policy, now }) {
    if (versions.length === 0) return notApplicable('PHP-FPM is not installed');
    const today = now.toISOString().slice(0, 10);
    return failures(
      versions.flatMap((version) => {
        const own = pools.filter((pool) => pool.version === version);
        const dates = policy.php[version];
        if (own.length === 0 || dates === undefined || dates.active >= today || dates.security < today) return [];
        return [
          {
            subject: `PHP ${version}`,
            evidence: {
              version,
              until: dates.security,
              pools: own
                .map(({ name }) => name)
                .slice(0, 12)
                .join(', '),
            },
          },
        ];
      }),
    );
  },
});
