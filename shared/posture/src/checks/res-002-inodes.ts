// RES-002: Inodes almost exhausted.
import { check, failures, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { inSteps, resources } from '../probes/resources.ts';
import { sh } from '../shell.ts';

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
  steps({ evidence: { mount, used } }) {
    return guide([
      step(
        `${used} of the files that “${mount}” can hold are there. See which folders have most.`,
        sh`find ${mount} -xdev -printf '%h\\n' | sort | uniq -c | sort -rn | head -n 20`,
        sh`df -i ${mount}`,
      ),
      step('Empty what is a cache or holds old sessions; then see what fills it.', undefined, sh`df -i ${mount}`),
    ]);
  },
});
