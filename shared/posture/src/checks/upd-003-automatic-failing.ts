// UPD-003: Automatic updates configured but failing.
import { check, notApplicable, passIf, unknown } from '../check.ts';
import { updates } from '../probes/updates.ts';

export default check({
  id: 'UPD-003',
  area: 'updates',
  severity: 'medium',
  title: 'Automatic updates configured but failing',
  measured: 'systemctl show apt-daily-upgrade.service',
  expected: 'last run ended well, within 3 days',
  why: 'Automatic updates that fail look exactly like automatic updates. Only the result of the last run tells them apart.',
  evidence: { result: 'Last result', ran: 'Last run' },
  fix: 'Read /var/log/unattended-upgrades/unattended-upgrades.log, mend what it names, and start apt-daily-upgrade.service.',
  undo: 'Nothing is changed by looking.',
  risk: 'none',
  maps: [],
  reads: { updates },
  judge({ updates }, { policy, now }) {
    if (updates.manager === null) return unknown('Only apt is understood so far');
    const automatic = updates.automatic;
    if (automatic === null || !automatic.upgrade) return notApplicable('Automatic updates are off: see UPD-002');
    if (automatic.lastRunAt === null || automatic.lastResult === null)
      return unknown('It has not run since the last boot');
    const late = now.getTime() / 1000 - automatic.lastRunAt > policy.updateSuccessDays * 86_400;
    return passIf(automatic.lastResult === 'success' && !late, {
      result: automatic.lastResult,
      ran: new Date(automatic.lastRunAt * 1000).toISOString(),
    });
  },
});
