// F2B-003: Jail protects the wrong SSH port.
import { check, listed, notApplicable, passIf, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { BY_HAND, reloadJail } from '../guides/jails.ts';
import { fail2ban } from '../probes/fail2ban.ts';
import { sshd } from '../probes/sshd.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'F2B-003',
  area: 'fail2ban',
  severity: 'high',
  title: 'Jail protects the wrong SSH port',
  measured: 'nft rule of the jail (dport) against ports of sshd -T',
  expected: 'the jail closes every port that sshd listens on',
  why: 'After SSH moved to another port, the jail goes on closing the old one. Guessers are counted, listed as banned, and stay connected.',
  evidence: { ssh: 'SSH listens on', jail: 'Jail closes' },
  fix: 'Set port = for the sshd jail in /etc/fail2ban/jail.d/50-muster.local and reload the jail.',
  undo: 'Remove the line and reload.',
  risk: 'none',
  maps: [],
  reads: { fail2ban, sshd },
  judge({ fail2ban, sshd }) {
    if (!fail2ban.installed) return notApplicable('fail2ban is not installed: see F2B-001');
    const jail = fail2ban.jails.find((one) => one.jail === 'sshd');
    if (jail === undefined) return notApplicable('There is no sshd jail: see F2B-002');
    if (sshd.ports.length === 0) return unknown('The ports of SSH could not be read');
    // The rule comes with the first ban.
    if (jail.ports.length === 0) return unknown('The jail has no rule in the kernel yet');
    const open = sshd.ports.filter((port) => !jail.ports.includes(port));
    return passIf(open.length === 0, { ssh: listed(sshd.ports.map(String)), jail: listed(jail.ports.map(String)) });
  },
  steps({ evidence: { ssh, jail } }) {
    const ports = (String(ssh).match(/\d{1,5}/g) ?? []).join(',');
    return guide(
      [
        step(
          `SSH listens on ${ssh}, the jail closes ${jail}. Name every port in a file that is read last.`,
          sh`printf '[sshd]\\nport = %s\\n' ${ports} >> ${BY_HAND}`,
          sh`cat ${BY_HAND}`,
        ),
        reloadJail('sshd', sh`nft list table inet f2b-table`),
      ],
      [
        step('Take the line out again.', sh`sed -i ${ports === '' ? '' : `/^port = ${ports}$/d`} ${BY_HAND}`),
        reloadJail('sshd'),
      ],
    );
  },
});
