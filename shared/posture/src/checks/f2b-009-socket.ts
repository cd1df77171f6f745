// F2B-009: fail2ban socket reachable by non-root.
import { check, notApplicable, passIf, unknown } from '../check.ts';
import { fail2ban } from '../probes/fail2ban.ts';

export default check({
  id: 'F2B-009',
  area: 'fail2ban',
  severity: 'critical',
  title: 'fail2ban socket reachable by non-root',
  measured: 'stat /run/fail2ban/fail2ban.sock',
  expected: 'mode 0700, owned by root',
  why: 'What is written to this socket is unpickled by root: whoever can write to it runs code as root. No other program needs it.',
  evidence: { mode: 'Mode', owner: 'Owner' },
  fix: 'chmod 0700 /run/fail2ban/fail2ban.sock and find out what opened it.',
  undo: 'Set the mode that is named here again.',
  risk: 'none',
  maps: [],
  reads: { fail2ban },
  judge({ fail2ban }) {
    if (!fail2ban.installed) return notApplicable('fail2ban is not installed: see F2B-001');
    if (fail2ban.socket === null)
      return fail2ban.active ? unknown('The socket could not be seen') : notApplicable('fail2ban is not running');
    const { mode, owner } = fail2ban.socket;
    return passIf(owner === 'root' && (Number.parseInt(mode, 8) & 0o077) === 0, { mode, owner });
  },
});
