// UPD-007: Operating system past end of life.
import { check, passIf, unknown } from '../check.ts';
import { updates } from '../probes/updates.ts';

export default check({
  id: 'UPD-007',
  area: 'updates',
  severity: 'critical',
  title: 'Operating system past end of life',
  measured: '/etc/os-release against the dates of the policy',
  expected: 'security updates for at least 180 days more',
  why: 'After that day nobody mends what is found in this system, and every new hole stays open. Moving takes weeks, so the warning comes early.',
  evidence: { system: 'System', until: 'Security updates until', over: 'Over' },
  fix: 'Plan the move to a supported release, one server first.',
  undo: 'A release upgrade is not undone; restore from a backup.',
  risk: 'none',
  maps: ['GEN-0010'],
  reads: { updates },
  judge({ updates: { os } }, { policy, now }) {
    if (os.id === '') return unknown('/etc/os-release could not be read');
    const until =
      policy.endOfLife[`${os.id} ${os.version}`] ?? policy.endOfLife[`${os.id} ${os.version.split('.')[0] ?? ''}`];
    if (until === undefined) return unknown(`The policy has no date for ${os.id} ${os.version}`);
    const left = (Date.parse(until) - now.getTime()) / 86_400_000;
    return passIf(left > policy.endOfLifeWarningDays, { system: os.name, until, over: left < 0 });
  },
});
