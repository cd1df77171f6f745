// UPD-002: Automatic security updates off.
import { check, passIf, unknown } from '../check.ts';
import { updates } from '../probes/updates.ts';

export default check({
  id: 'UPD-002',
  area: 'updates',
  severity: 'high',
  title: 'Automatic security updates off',
  measured: 'apt-config dump APT::Periodic, apt-daily timers',
  expected: 'lists and unattended upgrades on, security among the origins, both timers active',
  why: 'Security updates come on any day, also on holidays. A server that installs them itself is patched before somebody has read the mail.',
  evidence: { lists: 'Lists updated', upgrade: 'Upgrades', security: 'Security origin', timers: 'Timers active' },
  fix: 'Install unattended-upgrades and set APT::Periodic::Update-Package-Lists and ::Unattended-Upgrade to 1.',
  undo: 'Set both to 0.',
  risk: 'low',
  maps: ['PKGS-7420'],
  reads: { updates },
  judge({ updates }) {
    if (updates.manager === null) return unknown('Only apt is understood so far');
    if (updates.automatic === null) return unknown('apt’s settings could not be read');
    const { lists, upgrade, security, timers } = updates.automatic;
    return passIf(lists && upgrade && security && timers, { lists, upgrade, security, timers });
  },
});
