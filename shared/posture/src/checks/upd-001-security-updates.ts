// UPD-001: Security updates pending.
import { check, listed, passIf, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { updates } from '../probes/updates.ts';
import { only, sh } from '../shell.ts';

export default check({
  id: 'UPD-001',
  area: 'updates',
  severity: 'high',
  title: 'Security updates pending',
  measured: 'apt-get -s --with-new-pkgs upgrade, packages of a security origin',
  expected: 'none',
  why: 'A published fix tells attackers what to attack. The time between the fix and your update is when it happens.',
  evidence: { packages: 'Packages', count: 'How many' },
  fix: 'Install the named packages (apt-get upgrade --with-new-pkgs, or apt-get install with their names), then see what needs a restart.',
  undo: 'Install the former version again, where it is still to be had.',
  risk: 'service',
  maps: ['CIS 1.2.2.1', 'PKGS-7392', 'PKGS-7352'],
  reads: { updates },
  judge({ updates }) {
    if (updates.manager === null) return unknown('Only apt is understood so far');
    if (updates.pending === null) return unknown('There are no package lists to compare with');
    const waiting = updates.pending.filter(({ security }) => security);
    return passIf(waiting.length === 0, {
      packages: listed(waiting.map(({ name, to }) => `${name} ${to}`)),
      count: waiting.length,
    });
  },
  steps({ evidence: { packages, count } }) {
    const named = String(packages)
      .split(', ')
      .flatMap((one) => only(one.split(' ')[0], /^[a-z0-9][a-z0-9+.-]+(?::[a-z0-9]+)?$/) || []);
    const all = named.length === count && !/ and \d+ more$/.test(String(packages));
    const names = named.join(' ');
    return guide(
      [
        step('Have the lists of today.', sh`apt-get update`),
        all
          ? step(
              `Install what waits: ${packages}.`,
              `apt-get install --only-upgrade ${names}`,
              `apt-cache policy ${names}`,
            )
          : step(
              `Install the ${count} that wait: ${packages}.`,
              sh`apt-get upgrade --with-new-pkgs`,
              sh`apt-get -s --with-new-pkgs upgrade`,
            ),
        step(
          'See what still runs the former programs.',
          sh`find /proc/[0-9]*/exe -lname '*(deleted)' 2>/dev/null; cat /run/reboot-required.pkgs 2>/dev/null`,
        ),
      ],
      [
        step(
          'The former versions are named here; install one again with apt-get install NAME=VERSION, where it is still to be had.',
          sh`grep ' upgrade ' /var/log/dpkg.log | tail -n 40`,
        ),
      ],
    );
  },
});
