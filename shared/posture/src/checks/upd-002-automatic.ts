// UPD-002: Automatic security updates off.
import { check, passIf, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { updates } from '../probes/updates.ts';
import { sh } from '../shell.ts';

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
  steps({ evidence: { lists, upgrade, security, timers } }) {
    const off = [
      ...(lists === true ? [] : ['the lists are not updated']),
      ...(upgrade === true ? [] : ['nothing is upgraded']),
      ...(security === true ? [] : ['the security origin is not among those that are taken']),
      ...(timers === true ? [] : ['the timers do not run']),
    ].join(', ');
    return guide(
      [
        step(`Off: ${off}. Have the program that does it.`, sh`apt-get install -y unattended-upgrades`),
        ...(lists === true && upgrade === true
          ? []
          : [
              step(
                'Switch both on, in a file that is read last.',
                sh`printf 'APT::Periodic::%s "1";\\n' Update-Package-Lists Unattended-Upgrade > /etc/apt/apt.conf.d/zz-automatic`,
                sh`apt-config dump APT::Periodic`,
              ),
            ]),
        ...(security === true
          ? []
          : [
              step(
                'Take the security origin in: a line of Origins-Pattern in this file.',
                sh`grep -n security /etc/apt/apt.conf.d/50unattended-upgrades`,
                sh`unattended-upgrade --dry-run -v`,
              ),
            ]),
        ...(timers === true
          ? []
          : [
              step(
                'Start the timers.',
                sh`systemctl enable --now apt-daily.timer apt-daily-upgrade.timer`,
                sh`systemctl list-timers 'apt-daily*'`,
              ),
            ]),
      ],
      [step('Switch it off again.', sh`rm -f /etc/apt/apt.conf.d/zz-automatic`)],
    );
  },
});
