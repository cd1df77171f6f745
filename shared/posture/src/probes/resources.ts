// What runs out: disks, inodes, memory.
import { z } from 'zod';
import { couldNot, lines, probe, said, textOf } from '../probe.ts';

const filesystem = z.strictObject({
  mount: said(200),
  /** Of what an ordinary account may use. */
  usedPercent: z.int().min(0).max(100),
  inodesPercent: z.int().min(0).max(100).nullable(),
  bytes: z.number().nonnegative(),
});
export type Filesystem = z.infer<typeof filesystem>;

export const resources = probe('resources', {
  sentence: 'How full disks are, pressure on memory, and kills for want of it',
  cadence: 'minutes',
  costMs: 40,
  privilege: 'the kernel’s own journal',
  reading: z.strictObject({
    filesystems: z.array(filesystem).max(100),
    read: z.boolean(),
    /** Share of a minute in which everything waited for memory; null where the kernel does not tell. */
    memoryPressure: z.number().nullable(),
    availablePercent: z.number().nullable(),
    /** Programs that the kernel killed within a day; null when its journal may not be read. */
    killed: z.array(said(64)).max(50).nullable(),
  }),
  async gather(host, unreadable) {
    const skipped = ['overlay', 'devtmpfs', 'squashfs', 'proc', 'sysfs', 'cgroup2', 'efivarfs'].flatMap((type) => [
      '-x',
      type,
    ]);
    const space = await host.run('df', ['-P', '-B1', ...skipped]);
    const inodes = await host.run('df', ['-P', '-i', ...skipped]);
    const read = space !== undefined && space.stdout !== '';
    if (!read) couldNot('disks', space, unreadable);
    const pressure = await host.read('/proc/pressure/memory');
    const memory = (await textOf(host, '/proc/meminfo', unreadable)) ?? '';
    // Not --quiet: then it would not say that there is no journal for it to read, and nothing killed would be believed.
    const journal = await host.run('journalctl', [
      '-k',
      '--since=-1d',
      '--grep=Out of memory: Killed process',
      '--output=cat',
    ]);
    const hidden = journal === undefined || (journal.code !== 0 && journal.stderr.trim() !== '');
    if (hidden) couldNot('the kernel’s journal', journal, unreadable);
    return {
      filesystems: parseDf(space?.stdout ?? '', inodes?.stdout ?? '').slice(0, 100),
      read,
      memoryPressure:
        pressure.state === 'read' ? Number(/^full avg10=\S+ avg60=([\d.]+)/m.exec(pressure.text)?.[1] ?? 0) : null,
      availablePercent: available(memory),
      killed: hidden
        ? null
        : lines(journal.stdout)
            .flatMap((line) => /Killed process \d+ \(([^)]+)\)/.exec(line)?.[1]?.slice(0, 64) ?? [])
            .slice(0, 50),
    };
  },
});

/** `Filesystem 1-blocks Used Available Capacity Mounted on`, once for bytes and once for inodes. One disk is told once. */
export function parseDf(space: string, inodes: string): Filesystem[] {
  const byMount = new Map(
    lines(inodes)
      .slice(1)
      .flatMap((line) => {
        const [, percent, mount] = /\s(\d+)%\s+(\/.*)$/.exec(line) ?? [];
        return mount === undefined ? [] : [[mount, Number(percent)] as const];
      }),
  );
  const seen = new Set<string>();
  return lines(space)
    .slice(1)
    .flatMap((line) => {
      const [, device, bytes, used, free, mount] = /^(\S+)\s+(\d+)\s+(\d+)\s+(\d+)\s+\d+%\s+(\/.*)$/.exec(line) ?? [];
      if (device === undefined || bytes === undefined || mount === undefined || Number(bytes) === 0) return [];
      // A container binds single files of one disk; a server binds folders.
      if (seen.has(`${device} ${bytes}`)) return [];
      seen.add(`${device} ${bytes}`);
      const percent = Math.ceil((100 * Number(used)) / Math.max(1, Number(used) + Number(free)));
      return [
        {
          mount: mount.slice(0, 200),
          usedPercent: Math.min(100, percent),
          inodesPercent: byMount.get(mount) ?? null,
          bytes: Number(bytes),
        },
      ];
    });
}

function available(memory: string): number | null {
  const of = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(memory)?.[1] ?? 0);
  return of('MemTotal') === 0 ? null : Math.round((100 * of('MemAvailable')) / of('MemTotal'));
}

/** A share in steps, so that a finding does not change with every file. */
export const inSteps = (percent: number): string =>
  `${percent >= 95 ? 'at least 95' : percent >= 90 ? 'at least 90' : 'at least 80'} %`;
