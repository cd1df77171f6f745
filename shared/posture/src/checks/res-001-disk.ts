// RES-001: Disk almost full.
import { check, failures, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { inSteps, resources } from '../probes/resources.ts';
import { sh } from '../shell.ts';

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
  steps({ evidence: { mount, used } }) {
    return guide([
      step(
        `“${mount}” is ${used} full. See what is large.`,
        sh`du -xh --max-depth=2 ${mount} | sort -rh | head -n 20`,
        sh`df -h ${mount}`,
      ),
      step(
        'For first room on the disk of the system: old journals and packages.',
        sh`journalctl --vacuum-size=200M; apt-get clean`,
        sh`df -h ${mount}`,
      ),
      step(
        'Deleted files that a program still holds take room too.',
        sh`find /proc/[0-9]*/fd -lname '*(deleted)' 2>/dev/null | head -n 20`,
      ),
    ]);
  },
});
