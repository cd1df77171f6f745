// PHP-001: End-of-life PHP serves sites.
import { check, failures, notApplicable } from '../check.ts';
import { guide, step } from '../guide.ts';
import { servingBranches } from '../php-branches.ts';
import { php } from '../probes/php.ts';
import { only, sh, VERSION } from '../shell.ts';

export default check({
  id: 'PHP-001',
  area: 'php',
  severity: 'critical',
  title: 'End-of-life PHP serves sites',
  measured: 'php-fpm versions with pools, against the policy’s dates',
  expected: 'no pool runs a branch without security fixes',
  why: 'Nobody mends holes in these branches any more, and every one that is found stays open. Attackers keep lists of what runs them.',
  evidence: { version: 'Version', until: 'Fixes until', pools: 'Pools' },
  fix: 'Move one site after the other to a supported branch, on a copy first; then remove the old packages.',
  undo: 'Point the site’s pool back to the old socket and reload.',
  risk: 'service',
  maps: [],
  reads: { php },
  judge({ php }, { policy, now }) {
    if (php.versions.length === 0) return notApplicable('PHP-FPM is not installed');
    const today = now.toISOString().slice(0, 10);
    return failures(
      servingBranches(php, policy)
        .filter(({ security }) => security < today)
        .map(({ version, security, pools }) => ({
          subject: `PHP ${version}`,
          evidence: { version, until: security, pools },
        })),
    );
  },
  steps({ evidence: { version, until, pools } }) {
    const branch = only(version, VERSION);
    return guide(
      [
        step(
          `PHP ${version} has had no fixes since ${until}, and serves ${pools} pool(s). See which, and which branches are there.`,
          sh`grep -rnE '^(\\[|listen *=)' /etc/php/${branch}/fpm/pool.d; ls /etc/php`,
        ),
        step(
          'Move one site after the other: try it on a copy with a newer branch, write its pool there, point the site to that socket, test, load.',
          sh`nginx -t && systemctl reload nginx`,
        ),
        step(
          `When no site asks for it any more, stop PHP ${version}.`,
          sh`systemctl disable --now php${branch}-fpm`,
          sh`systemctl is-active php${branch}-fpm`,
        ),
      ],
      [
        step(
          `Start PHP ${version} again and point the site back to its socket.`,
          sh`systemctl enable --now php${branch}-fpm`,
        ),
      ],
    );
  },
});
