// SSH-004: Empty SSH passwords permitted.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { sshdSettings } from '../guides/sshd.ts';
import { sshd } from '../probes/sshd.ts';

export default check({
  id: 'SSH-004',
  area: 'ssh',
  severity: 'critical',
  title: 'Empty SSH passwords permitted',
  measured: 'sshd -T (permitemptypasswords)',
  expected: 'permitemptypasswords no',
  why: 'With this setting an account without a password is open to anybody who knows its name. No honest use needs it.',
  evidence: { match: 'Match block', permitemptypasswords: 'permitemptypasswords' },
  fix: 'Write "PermitEmptyPasswords no" into /etc/ssh/sshd_config.d/00-muster.conf, test with sshd -t, reload ssh.',
  undo: 'Remove the line from /etc/ssh/sshd_config.d/00-muster.conf, reload ssh.',
  risk: 'low',
  maps: ['CIS 5.1.19', 'SSH-7408'],
  reads: { sshd },
  judge({ sshd }) {
    if (!sshd.installed) return notApplicable('No SSH server is installed');
    if (sshd.contexts.length === 0) return unknown('The SSH server did not tell its settings');
    return failures(
      sshd.contexts
        .filter((one) => one.permitEmptyPasswords)
        .map((one) => ({
          subject: one.match === null ? null : `Match ${one.match}`,
          evidence: { match: one.match ?? 'everybody', permitemptypasswords: true },
        })),
    );
  },
  steps: (found) => sshdSettings(found, ['PermitEmptyPasswords no']),
});
