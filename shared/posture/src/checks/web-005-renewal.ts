// WEB-005: Renewal automation not working.
import { check, listed, notApplicable, passIf, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { certificates } from '../probes/certificates.ts';
import { sh } from '../shell.ts';

/** Public authorities that are asked by programs; what a company buys by hand is renewed by hand. */
const BY_PROGRAM = /Let's Encrypt|ZeroSSL|Buypass|Google Trust Services|SSL\.com/;

export default check({
  id: 'WEB-005',
  area: 'web',
  severity: 'high',
  title: 'Renewal automation not working',
  measured: 'systemctl show certbot.timer and certbot.service, cron, /etc/letsencrypt/renewal',
  expected: 'a timer renews them, and its last run did not fail',
  why: 'These certificates last ninety days and nobody renews them by hand for long. A timer that fails says so weeks before a site does.',
  evidence: { renewedBy: 'Renewed by', lastResult: 'Last result', certificates: 'Certificates' },
  fix: 'systemctl enable --now certbot.timer; certbot renew --dry-run shows what is wrong.',
  undo: 'systemctl disable --now certbot.timer',
  risk: 'low',
  maps: [],
  reads: { certificates },
  judge({ certificates: { certificates, renewal, complete } }) {
    const due = [
      ...renewal.managed,
      ...certificates.filter(({ issuer }) => BY_PROGRAM.test(issuer)).map(({ path }) => path),
    ];
    if (due.length === 0 && !complete) return unknown('Not every certificate could be read');
    if (due.length === 0) return notApplicable('No certificate here is renewed by a program');
    const works = renewal.by.length > 0 && (renewal.lastResult === null || renewal.lastResult === 'success');
    return passIf(works, {
      renewedBy: listed(renewal.by) || 'nobody',
      lastResult: renewal.lastResult ?? 'never ran',
      certificates: listed(due),
    });
  },
  steps({ evidence: { renewedBy, lastResult, certificates } }) {
    return guide(
      [
        step(
          `Renewed by: ${renewedBy}; last result: ${lastResult}. It is about: ${certificates}.`,
          sh`certbot certificates; systemctl status certbot.service --no-pager`,
        ),
        step(
          'Have it done every day.',
          sh`systemctl enable --now certbot.timer`,
          sh`systemctl list-timers certbot.timer`,
        ),
        step('Try it without changing anything: what is wrong is said here.', sh`certbot renew --dry-run`),
      ],
      [step('Switch the timer off again.', sh`systemctl disable --now certbot.timer`)],
    );
  },
});
