// RES-002: Inodes almost exhausted.
import { check, failures, unknown } from '../check.ts';
import { inSteps, resources } from '../probes/resources.ts';

export default check({
  id: 'RES-002',
  area: 'resources',
  severity: 'high',
  title: 'Inodes almost exhausted',
  measured: 'df -P -i',
  expected: 'less than 80 % used',
  why: 'Without inodes no file can be made, although there is room. Sessions, caches and mail use them up in silence.',
  evidence: { mount: 'Mounted on', used: 'Used' },
  fix: 'Find the folder with the most files (find -xdev -printf "%h\\n" | sort | uniq -c), empty what is a cache.',
  undo: 'Nothing to undo.',
  risk: 'low',
  maps: [],
  reads: { resources },
  judge({ resources: { read, filesystems } }, { policy }) {
    if (!read) return unknown('The disks could not be looked at');
    return failures(
      filesystems.flatMap(({ mount, inodesPercent }) =>
        inodesPercent === null || inodesPercent < policy.usedPercent
          ? []
          : [{ subject: `disk ${mount}`, evidence: { mount, used: inSteps(inodesPercent) } }],
      ),
    );
  },
});
