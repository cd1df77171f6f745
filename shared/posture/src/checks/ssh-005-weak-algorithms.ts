// SSH-005: Weak ciphers / MACs / key exchange offered.
import { check, listed, notApplicable, passIf, unknown } from '../check.ts';
import { sshd } from '../probes/sshd.ts';

export default check({
  id: 'SSH-005',
  area: 'ssh',
  severity: 'medium',
  title: 'Weak ciphers / MACs / key exchange offered',
  measured: 'sshd -T (ciphers, macs, kexalgorithms, hostkeyalgorithms)',
  expected: 'none of CBC, arcfour, 3DES, MD5, SHA-1, umac-64, DSA',
  why: 'Old ciphers and hashes can be broken by somebody who records the connection. All clients of the last ten years speak better ones.',
  evidence: { offered: 'Offered' },
  fix: 'Write a minus-list of what is named here ("Ciphers -…", "MACs -…", "KexAlgorithms -…") into /etc/ssh/sshd_config.d/00-muster.conf, test with sshd -t, reload ssh.',
  undo: 'Remove the lines from /etc/ssh/sshd_config.d/00-muster.conf, reload ssh. Very old clients can connect again.',
  risk: 'lockout',
  maps: ['CIS 5.1.6', 'CIS 5.1.12', 'CIS 5.1.15'],
  reads: { sshd },
  judge({ sshd }, { policy }) {
    if (!sshd.installed) return notApplicable('No SSH server is installed');
    if (sshd.contexts.length === 0) return unknown('The SSH server did not tell its settings');
    const weak = sshd.algorithms.filter((name) => policy.weakAlgorithms.some((pattern) => pattern.test(name)));
    return passIf(weak.length === 0, { offered: listed([...new Set(weak)], 30) });
  },
});
