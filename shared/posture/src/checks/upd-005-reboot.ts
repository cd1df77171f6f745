// UPD-005: Reboot required / old kernel running.
import { check, listed, passIf, unknown } from '../check.ts';
import { updates } from '../probes/updates.ts';

export default check({
  id: 'UPD-005',
  area: 'updates',
  severity: 'medium',
  title: 'Reboot required / old kernel running',
  measured: '/run/reboot-required, .pkgs',
  expected: 'no restart is waiting',
  why: 'The fixed kernel lies on disk, the vulnerable one runs. Until the restart the update has done nothing.',
  evidence: { packages: 'Waiting for' },
  fix: 'Book a maintenance window and restart the server.',
  undo: 'Nothing to undo.',
  risk: 'service',
  maps: ['KRNL-5830', 'KRNL-5788'],
  reads: { updates },
  judge({ updates }) {
    if (updates.manager === null) return unknown('Only apt is understood so far');
    if (updates.rebootFor === null) return unknown('/run/reboot-required could not be read');
    return passIf(updates.rebootFor.length === 0, { packages: listed(updates.rebootFor) });
  },
});
