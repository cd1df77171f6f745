// F2B-002: Expected jail disabled.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { fail2ban } from '../probes/fail2ban.ts';
import { isPublic, listeners } from '../probes/listeners.ts';

export default check({
  id: 'F2B-002',
  area: 'fail2ban',
  severity: 'medium',
  title: 'Expected jail disabled',
  measured: 'fail2ban-client status, ss -lntup',
  expected: 'a jail for each guessable service that listens',
  why: 'A service without a jail can be guessed at for ever. The jails are there, they are only off.',
  evidence: { service: 'Service', jail: 'Missing jail' },
  fix: 'Enable the jail in /etc/fail2ban/jail.d/50-muster.local, test with fail2ban-client -t, reload.',
  undo: 'Remove it from that file, reload.',
  risk: 'low',
  maps: ['TOOL-5104'],
  reads: { fail2ban, listeners },
  judge({ fail2ban, listeners }, { policy }) {
    if (!fail2ban.installed) return notApplicable('fail2ban is not installed: see F2B-001');
    if (fail2ban.answers !== true || !listeners.read)
      return unknown('fail2ban or the listening ports could not be asked');
    const jails = new Set(fail2ban.jails.map(({ jail }) => jail));
    const open = listeners.listeners.filter(isPublic);
    const present = new Set(open.flatMap((one) => one.process ?? []));
    return failures(
      Object.entries(policy.expectedJails)
        .filter(([program, jail]) => present.has(program) && !jails.has(jail))
        .map(([service, jail]) => ({ subject: `jail ${jail}`, evidence: { service, jail } })),
      open.some(({ process }) => process === null) ? 'Which program listens could not be read' : null,
    );
  },
});
