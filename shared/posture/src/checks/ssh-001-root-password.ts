// SSH-001: Root may log in over SSH with a password.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { sshdSettings } from '../guides/sshd.ts';
import { sshd } from '../probes/sshd.ts';

export default check({
  id: 'SSH-001',
  area: 'ssh',
  severity: 'critical',
  title: 'Root may log in over SSH with a password',
  measured: 'sshd -T -C user=root,addr=203.0.113.1',
  expected: 'permitrootlogin is no or prohibit-password, or no password is accepted at all',
  why: 'Guessing the password of root needs no user name, and every robot on the internet tries. Whoever succeeds owns the server and all sites on it.',
  evidence: {
    match: 'Match block',
    permitrootlogin: 'permitrootlogin',
    passwordauthentication: 'passwordauthentication',
  },
  fix: 'Write "PermitRootLogin prohibit-password" into /etc/ssh/sshd_config.d/00-muster.conf, test it with sshd -t, reload ssh. Keep the present session open until a new one works.',
  undo: 'Remove the line from /etc/ssh/sshd_config.d/00-muster.conf, test with sshd -t, reload ssh.',
  risk: 'lockout',
  maps: ['CIS 5.1.20', 'SSH-7408'],
  reads: { sshd },
  judge({ sshd }) {
    if (!sshd.installed) return notApplicable('No SSH server is installed');
    if (sshd.contexts.length === 0) return unknown('The SSH server did not tell its settings');
    return failures(
      sshd.contexts
        .filter((one) => one.permitRootLogin === 'yes' && (one.passwordAuthentication || one.keyboardInteractive))
        .map((one) => ({
          subject: one.match === null ? null : `Match ${one.match}`,
          evidence: {
            match: one.match ?? 'everybody',
            permitrootlogin: one.permitRootLogin,
            passwordauthentication: one.passwordAuthentication,
          },
        })),
    );
  },
  steps: (found) => sshdSettings(found, ['PermitRootLogin prohibit-password']),
});
