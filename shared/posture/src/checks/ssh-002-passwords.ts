// SSH-002: Password authentication enabled.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { step } from '../guide.ts';
import { sshdSettings } from '../guides/sshd.ts';
import { sshd } from '../probes/sshd.ts';
import { sh } from '../shell.ts';

const alwaysWithKey = (methods: string): boolean =>
  methods !== '' && methods !== 'any' && methods.split(/\s+/).every((list) => list.split(',').includes('publickey'));

export default check({
  id: 'SSH-002',
  area: 'ssh',
  severity: 'high',
  title: 'Password authentication enabled',
  measured: 'sshd -T -C user=root,addr=203.0.113.1',
  expected: 'no password and no keyboard-interactive, or a key beside it in every method',
  why: 'A password can be guessed, phished and reused; a key cannot. As long as passwords are accepted, each account is as strong as its owner’s worst habit.',
  evidence: {
    match: 'Match block',
    passwordauthentication: 'passwordauthentication',
    kbdinteractiveauthentication: 'kbdinteractiveauthentication',
  },
  fix: 'See that every administrator has signed in with a key within 30 days. Then write "PasswordAuthentication no" and "KbdInteractiveAuthentication no" into /etc/ssh/sshd_config.d/00-muster.conf, test with sshd -t, reload ssh.',
  undo: 'Remove both lines from /etc/ssh/sshd_config.d/00-muster.conf, test with sshd -t, reload ssh.',
  risk: 'lockout',
  maps: ['SSH-7408'],
  reads: { sshd },
  judge({ sshd }) {
    if (!sshd.installed) return notApplicable('No SSH server is installed');
    if (sshd.contexts.length === 0) return unknown('The SSH server did not tell its settings');
    return failures(
      sshd.contexts
        .filter(
          (one) => (one.passwordAuthentication || one.keyboardInteractive) && !alwaysWithKey(one.authenticationMethods),
        )
        .map((one) => ({
          subject: one.match === null ? null : `Match ${one.match}`,
          evidence: {
            match: one.match ?? 'everybody',
            passwordauthentication: one.passwordAuthentication,
            kbdinteractiveauthentication: one.keyboardInteractive,
          },
        })),
    );
  },
  steps: (found) =>
    sshdSettings(
      found,
      ['PasswordAuthentication no', 'KbdInteractiveAuthentication no'],
      [
        step(
          'See that every administrator has signed in with a key of late.',
          sh`journalctl -q -t sshd --since -30d --no-pager --grep 'Accepted publickey' | tail -n 50`,
        ),
      ],
    ),
});
