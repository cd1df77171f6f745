// UPD-001: Security updates pending.
import { check, listed, passIf, unknown } from '../check.ts';
import { updates } from '../probes/updates.ts';

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
  maps: ['CIS 1.2.2.1', 'PKGS-7392', '7352'],
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
});
