// F2B-007: Ban thresholds too loose.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { fail2ban } from '../probes/fail2ban.ts';

export default check({
  id: 'F2B-007',
  area: 'fail2ban',
  severity: 'medium',
  title: 'Ban thresholds too loose',
  measured: 'fail2ban-client get JAIL maxretry, findtime, bantime',
  expected: 'at most 5 tries in at least 10 minutes, banned for at least 10 minutes',
  why: 'A jail that waits for many tries, or forgets at once, lets a patient guesser go on. These limits cost honest people nothing.',
  evidence: { jail: 'Jail', maxretry: 'maxretry', findtime: 'findtime', bantime: 'bantime' },
  fix: 'Set maxretry, findtime and bantime for the jail in /etc/fail2ban/jail.d/50-muster.local, reload.',
  undo: 'Remove the lines, reload.',
  risk: 'low',
  maps: [],
  reads: { fail2ban },
  judge({ fail2ban }, { policy: { jailLimits } }) {
    if (!fail2ban.installed) return notApplicable('fail2ban is not installed: see F2B-001');
    if (fail2ban.answers !== true) return unknown('fail2ban could not be asked');
    return failures(
      fail2ban.jails
        .filter(
          ({ maxRetry, findSeconds, banSeconds }) =>
            (maxRetry ?? 0) > jailLimits.maxRetry ||
            (findSeconds ?? Infinity) < jailLimits.findSeconds ||
            // Minus one bans for ever.
            (banSeconds !== null && banSeconds >= 0 && banSeconds < jailLimits.banSeconds),
        )
        .map(({ jail, maxRetry, findSeconds, banSeconds }) => ({
          subject: `jail ${jail}`,
          evidence: { jail, maxretry: maxRetry ?? 0, findtime: findSeconds ?? 0, bantime: banSeconds ?? 0 },
        })),
    );
  },
});
