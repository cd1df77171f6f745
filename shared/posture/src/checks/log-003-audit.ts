// LOG-003: auditd off or no rules for identity/sudo/ssh.
import { check, listed, passIf, unknown } from '../check.ts';
import { logging } from '../probes/logging.ts';

const WATCHED = ['/etc/passwd', '/etc/shadow', '/etc/sudoers', '/etc/ssh'];

export default check({
  id: 'LOG-003',
  area: 'logs',
  severity: 'medium',
  title: 'auditd off or no rules for identity/sudo/ssh',
  measured: 'auditctl -s, auditctl -l',
  expected: 'enabled, with rules for identity, sudo and ssh',
  why: 'The journal tells what programs chose to say, the audit daemon what was done. Who changed an account is answered only by the second.',
  evidence: { installed: 'Installed', enabled: 'Enabled', rules: 'Rules', watched: 'Watched' },
  fix: 'Install auditd and write watches for /etc/passwd, /etc/shadow, /etc/sudoers, /etc/sudoers.d and /etc/ssh into /etc/audit/rules.d/50-muster.rules, load them (augenrules --load).',
  undo: 'Remove that file and load again.',
  risk: 'low',
  maps: ['CIS 6.2.1.2', 'CIS 6.2.3.1', 'CIS 6.2.3.8', 'ACCT-9628', 'ACCT-9630'],
  reads: { logging },
  judge({ logging: { audit } }) {
    if (audit.enabled === null) return unknown('The audit rules could not be read');
    const watched = WATCHED.filter((path) => audit.watches.some((one) => one === path || one.startsWith(`${path}/`)));
    return passIf(audit.installed && audit.enabled && watched.length === WATCHED.length, {
      installed: audit.installed,
      enabled: audit.enabled,
      rules: audit.rules ?? 0,
      watched: listed(watched) || 'nothing of it',
    });
  },
});
