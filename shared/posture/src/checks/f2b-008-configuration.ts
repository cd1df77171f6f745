// F2B-008: fail2ban configuration broken.
import { check, notApplicable, passIf, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { fail2ban } from '../probes/fail2ban.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'F2B-008',
  area: 'fail2ban',
  severity: 'high',
  title: 'fail2ban configuration broken',
  measured: 'fail2ban-client -t',
  expected: 'answers 0',
  why: 'One jail with a missing log file stops the whole service at its next start. Until then everything looks well.',
  evidence: { problem: 'What fail2ban-client -t says' },
  fix: 'Mend or disable the jail that is named, test again with fail2ban-client -t.',
  undo: 'Put the former file back.',
  risk: 'none',
  maps: [],
  reads: { fail2ban },
  judge({ fail2ban }) {
    if (!fail2ban.installed) return notApplicable('fail2ban is not installed: see F2B-001');
    if (fail2ban.valid === null) return unknown('fail2ban may not be tested without root');
    return passIf(fail2ban.valid, { problem: fail2ban.problem ?? 'the test failed' });
  },
  steps({ evidence: { problem } }) {
    return guide(
      [
        step(
          `fail2ban says “${problem}”. See which files name jails.`,
          sh`grep -rn '^\\[' /etc/fail2ban/jail.local /etc/fail2ban/jail.d`,
        ),
        step(
          'Mend that jail, or write “enabled = false” below its name. Then test and load.',
          sh`fail2ban-client -t && fail2ban-client reload`,
          sh`fail2ban-client status`,
        ),
      ],
      [step('Put the former file back, and test it.', sh`fail2ban-client -t`)],
    );
  },
});
