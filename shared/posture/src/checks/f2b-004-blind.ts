// F2B-004: Jail is blind (matches nothing).
import { check, notApplicable, passIf, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { reloadJail } from '../guides/jails.ts';
import { jailSight } from '../probes/jail-sight.ts';
import { NAME, only, sh } from '../shell.ts';

export default check({
  id: 'F2B-004',
  area: 'fail2ban',
  severity: 'high',
  title: 'Jail is blind (matches nothing)',
  measured: 'fail2ban-client status sshd (Total failed), against "Failed password" and "Invalid user" in the journal',
  expected: 'the jail counts at least half of what the journal holds, where there were five failures and more',
  why: 'A jail that reads the wrong log bans nobody and looks well. OpenSSH 9.8 writes as sshd-session, which made many jails blind with an update.',
  evidence: { jail: 'Jail', counted: 'It counted', until: 'Compared until' },
  fix: 'fail2ban-client get sshd journalmatch, then journalctl with the same words shows what it sees. Mend backend or journalmatch in /etc/fail2ban/jail.d, fail2ban-client -t, reload.',
  undo: 'Put the former file back, reload.',
  risk: 'none',
  maps: [],
  reads: { jailSight },
  judge({ jailSight: { asked, span } }) {
    if (!asked) return unknown('There is no jail sshd that could be asked');
    if (span === null) return notApplicable('There were too few failed sign-ins to tell');
    return passIf(span.counted * 2 >= span.failed, {
      jail: 'sshd',
      counted: span.counted === 0 ? 'nothing' : 'less than half of the failed sign-ins',
      until: new Date(span.until * 1000).toISOString().slice(0, 10),
    });
  },
  steps({ evidence: { jail, counted } }) {
    const name = only(jail, NAME);
    return guide([
      step(
        `The jail ${jail} counted ${counted}. See what it looks at.`,
        sh`fail2ban-client get ${name} journalmatch; fail2ban-client get ${name} logpath; fail2ban-client get ${name} failregex`,
      ),
      step('See what sshd writes.', sh`journalctl -q -t sshd -n 20 --no-pager --grep 'Failed password|Invalid user'`),
      step(
        'Where both differ: set backend = systemd for the jail in a file of /etc/fail2ban/jail.d, without a logpath of its own.',
      ),
      reloadJail(name, sh`fail2ban-client status ${name}`),
    ]);
  },
});
