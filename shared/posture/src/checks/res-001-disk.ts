// RES-001: Disk almost full.
import { check, failures, unknown } from '../check.ts';
import { inSteps, resources } from '../probes/resources.ts';

export default check({
  id: 'RES-001',
  area: 'resources',
  severity: 'high',
  title: 'Disk almost full',
  measured: 'df -P -B1',
  expected: 'less than 80 % used',
  why: 'A full disk stops databases in the middle of a write and logs at the moment they are needed. It fills faster at the end than anybody expects.',
  evidence: { mount: 'Mounted on', used: 'Used' },
  fix: 'Find what grew (du -xh --max-depth=2), remove it or enlarge the disk; journalctl --vacuum-size and apt-get clean give first room.',
  undo: 'Nothing to undo.',
  risk: 'low',
  maps: [],
  reads: { resources },
  judge({ resources: { read, filesystems } }, { policy }) {
    if (!read) return unknown('The disks could not be looked at');
    return failures(
      filesystems.flatMap(({ mount, usedPercent }) =>
        usedPercent < policy.usedPercent
          ? []
          : [{ subject: `disk ${mount}`, evidence: { mount, used: inSteps(usedPercent) } }],
      ),
    );
  },
});
