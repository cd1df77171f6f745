// TIME-001: Clock not synchronised.
import { check, passIf, unknown } from '../check.ts';
import { clock } from '../probes/clock.ts';

export default check({
  id: 'TIME-001',
  area: 'time',
  severity: 'medium',
  title: 'Clock not synchronised',
  measured: 'chronyc -c tracking, timedatectl show',
  expected: 'kept by a time server, less than half a second off',
  why: 'Logs of several servers can be put in order only when their clocks agree. Certificates and one-time codes fail on a wrong one.',
  evidence: { by: 'Kept by', synchronised: 'Synchronised', offset: 'Off by, seconds' },
  fix: 'Install chrony, or enable systemd-timesyncd (timedatectl set-ntp true).',
  undo: 'timedatectl set-ntp false',
  risk: 'none',
  maps: ['CIS 2.3.1.1', 'CIS 2.3.2.2', 'CIS 2.3.3.3', 'TIME-3104'],
  reads: { clock },
  judge({ clock: { synchronised, by, offsetSeconds } }, { policy }) {
    if (synchronised === null) return unknown('Neither chrony nor timedatectl answered');
    const near = Math.abs(offsetSeconds ?? 0) < policy.clockOffsetSeconds;
    return passIf(synchronised && near, { by: by ?? 'nobody', synchronised, offset: near ? 'little' : 'too much' });
  },
});
