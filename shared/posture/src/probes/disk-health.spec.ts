// Disks on output as the makers of md, ZFS and smartmontools document it: no disk dies here on demand.
import { expect, it } from 'vitest';
import check from '../checks/res-005-disk-failing.ts';
import { posturePolicy } from '../policy.ts';
import { played } from '../testing/tape.ts';
import { diskHealth, parseRaid } from './disk-health.ts';

const circumstances = { policy: posturePolicy, now: new Date('2026-11-22T07:00:00Z') };

it('names the array that lost a disk, the pool that is degraded, and disks that call themselves failing', async () => {
  const { reading, unreadable } = await played('disks-documented', diskHealth);
  expect(unreadable).toEqual([]);
  const verdict = check.judge({ diskHealth: reading }, circumstances);
  expect(
    verdict.state === 'fail' && verdict.failures.map(({ subject, evidence }) => [subject, evidence['said']]),
  ).toEqual([
    ['disk md2', 'a disk is missing or has failed'],
    ['disk ZFS', expect.stringContaining('state: DEGRADED')],
    ['disk /dev/sda', 'current pending sector'],
    ['disk /dev/nvme0', 'it calls itself failing, critical warning, worn out'],
  ]);
});

it('reads arrays whole, failed, missing a disk, and stopped', () => {
  const raid = `Personalities : [raid1]
md0 : active raid1 sdb1[1] sda1[0]
      1 blocks [2/2] [UU]
md127 : active (auto-read-only) raid5 sdc1[2] sdb1[1]
      2 blocks level 5, 64k chunk, algorithm 2 [3/2] [_UU]
md5 : inactive sdd1[0](S)
      3 blocks
unused devices: <none>
`;
  expect(parseRaid(raid)).toEqual([
    { name: 'md0', level: 'raid1', whole: true },
    { name: 'md127', level: 'raid5', whole: false },
    { name: 'md5', level: 'not known', whole: false },
  ]);
  expect(parseRaid('Personalities : \nunused devices: <none>\n')).toEqual([]);
});

it('does not call a machine fine whose disks nobody can ask', () => {
  const judged = (virtual: boolean, disks: [] | null) =>
    check.judge({ diskHealth: { virtual, arrays: [], pools: null, disks } }, circumstances).state;
  expect(judged(false, null)).toBe('unknown');
  expect(judged(true, null)).toBe('not-applicable');
  expect(judged(false, [])).toBe('pass');
});
