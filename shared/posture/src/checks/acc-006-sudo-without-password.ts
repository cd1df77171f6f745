// ACC-006: sudo without password or re-authentication.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { sudo } from '../probes/sudo.ts';

export default check({
  id: 'ACC-006',
  area: 'accounts',
  severity: 'medium',
  title: 'sudo without password or re-authentication',
  measured: '/etc/sudoers and /etc/sudoers.d: NOPASSWD, !authenticate, timestamp_timeout',
  expected: 'none',
  why: 'With NOPASSWD a stolen session of that account is root at once. Without asking again, nobody notices the step.',
  evidence: { who: 'Who', rule: 'Rule', file: 'File', line: 'Line' },
  fix: 'Edit the named line with visudo and take the tag away. Machines that need it get a rule for one command.',
  undo: 'Put the line back with visudo.',
  risk: 'lockout',
  maps: ['CIS 5.2.4', 'CIS 5.2.5', 'CIS 5.2.6', 'AUTH-9252'],
  reads: { sudo },
  judge({ sudo }) {
    if (!sudo.installed) return notApplicable('sudo is not installed');
    if (!sudo.readable && sudo.loose.length === 0) return unknown('/etc/sudoers could not be read');
    return failures(
      sudo.loose.map(({ who, tag, file, line }) => ({
        subject: `${who} in ${file}:${line}`,
        evidence: { who, rule: tag, file, line },
      })),
    );
  },
});
