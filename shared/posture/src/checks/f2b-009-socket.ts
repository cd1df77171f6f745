// F2B-009: fail2ban socket reachable by non-root.
import { check, notApplicable, passIf, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { rightsAsBefore, setOwner, setRights } from '../guides/files.ts';
import { fail2ban } from '../probes/fail2ban.ts';
import { sh } from '../shell.ts';

const SOCKET = '/run/fail2ban/fail2ban.sock';

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
  steps({ evidence: { mode, owner } }) {
    return guide(
      [
        ...(owner === 'root' ? [] : [setOwner(`It belongs to “${owner}”: give it to root.`, 'root:root', SOCKET)]),
        setRights(`Its mode is ${mode}: close it to all but root.`, 'root', '0700', SOCKET),
        step(
          'See what opens it: a unit, or a program that asks fail2ban.',
          sh`systemctl cat fail2ban | grep -nE 'Exec|UMask'; grep -rn fail2ban.sock /etc/cron* /etc/systemd /usr/local 2>/dev/null`,
        ),
      ],
      [rightsAsBefore('root', mode, SOCKET)],
    );
  },
});
