// F2B-001: fail2ban not running or not enabled.
import { check, passIf, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { fail2ban } from '../probes/fail2ban.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'F2B-001',
  area: 'fail2ban',
  severity: 'high',
  title: 'fail2ban not running or not enabled',
  measured: 'systemctl show fail2ban, fail2ban-client ping',
  expected: 'active, enabled, answers',
  why: 'fail2ban is what stops a password guesser after a few tries. When it does not run, or does not come back after a reboot, nobody does.',
  evidence: { installed: 'Installed', active: 'Active', enabled: 'Starts at boot' },
  fix: 'Install fail2ban, enable it (systemctl enable --now fail2ban) and see that it answers.',
  undo: 'systemctl disable --now fail2ban',
  risk: 'low',
  maps: ['TOOL-5102'],
  reads: { fail2ban },
  judge({ fail2ban: { installed, active, enabled, answers } }) {
    if (installed && active && enabled && answers === null) return unknown('fail2ban may not be asked without root');
    return passIf(installed && active && enabled && answers === true, { installed, active, enabled });
  },
  steps({ evidence: { installed, active, enabled } }) {
    return guide(
      [
        ...(installed === true ? [] : [step('Install it.', sh`apt-get install -y fail2ban`)]),
        step(
          `${active === true ? 'It runs' : 'It does not run'}, and ${enabled === true ? 'starts' : 'does not start'} at boot. Start it, now and at boot.`,
          sh`systemctl enable --now fail2ban`,
          sh`systemctl is-enabled fail2ban; fail2ban-client ping`,
        ),
        ...(active === true || installed !== true
          ? []
          : [
              step(
                'If it does not stay: what it says.',
                sh`journalctl -u fail2ban -n 20 --no-pager; fail2ban-client -t`,
              ),
            ]),
      ],
      [step('As it was.', active === true ? sh`systemctl disable fail2ban` : sh`systemctl disable --now fail2ban`)],
    );
  },
});
