// RES-005: Disk or RAID failing.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { diskHealth } from '../probes/disk-health.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'RES-005',
  area: 'resources',
  severity: 'high',
  title: 'Disk or RAID failing',
  measured: '/proc/mdstat, zpool status -x, smartctl --json -H -A',
  expected: 'arrays are whole, disks call themselves healthy and have lost nothing',
  why: 'An array without its second disk loses everything with the next one. Disks say for weeks that they are dying, to whoever asks.',
  evidence: { part: 'What', model: 'Model', said: 'What it says' },
  fix: 'See that the backup of last night can be restored. Then have the disk replaced: mdadm --manage ARRAY --fail and --remove, or zpool replace.',
  undo: 'A replaced disk is not put back.',
  risk: 'none',
  maps: [],
  reads: { diskHealth },
  judge({ diskHealth: { virtual, arrays, pools, disks } }) {
    const broken = [
      ...arrays
        .filter(({ whole }) => !whole)
        .map(({ name, level }) => ({ part: name, model: level, said: 'a disk is missing or has failed' })),
      ...(pools === null || pools.healthy ? [] : [{ part: 'ZFS', model: 'pool', said: pools.said }]),
      ...(disks ?? [])
        .filter(({ passed, losses }) => passed === false || losses.length > 0)
        .map(({ device, model, passed, losses }) => ({
          part: device,
          model,
          said: [...(passed === false ? ['it calls itself failing'] : []), ...losses].join(', '),
        })),
    ];
    if (broken.length > 0) {
      return failures(broken.map((evidence) => ({ subject: `disk ${evidence.part}`, evidence })));
    }
    const nothing = arrays.length === 0 && pools === null && (disks ?? []).length === 0;
    if (nothing && virtual) return notApplicable('Its disks are those of another machine');
    return disks === null ? unknown('smartctl is not installed (Debian package smartmontools)') : failures([]);
  },
  steps({ evidence: { part, model, said } }) {
    const look =
      part === 'ZFS'
        ? sh`zpool status -v`
        : String(part).startsWith('/dev/')
          ? sh`smartctl -a ${part}`
          : sh`mdadm --detail ${`/dev/${part}`}`;
    return guide([
      step('See that the backup of last night can be restored, before anything else.'),
      step(`${part} (${model}) says: ${said}. See which disk, with its serial number.`, look),
      step(
        'Have the provider replace it. Take it out of its array first (mdadm --manage ARRAY --fail DISK --remove DISK, zpool offline), then add the new one.',
        undefined,
        sh`cat /proc/mdstat`,
      ),
    ]);
  },
});
