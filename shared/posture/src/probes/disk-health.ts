// Disks by what they say of themselves, and arrays of them: software RAID, ZFS, SMART.
import { z } from 'zod';
import type { ProbedHost } from '../host.ts';
import { couldNot, lines, probe, said, textOf, type UnreadablePart } from '../probe.ts';

const MOST_DISKS = 60;

const disk = z.strictObject({
  device: said(60),
  model: said(80),
  /** Its own verdict; null: it gives none. */
  passed: z.boolean().nullable(),
  /** Sectors that were replaced or cannot be read, bytes that were lost; each that is not zero. */
  losses: z.array(said(60)).max(10),
});

export const diskHealth = probe('disk-health', {
  sentence: 'Whether disks call themselves healthy, and whether RAID and ZFS are whole',
  cadence: 'hourly',
  costMs: 300,
  privilege: 'SMART is for root',
  reading: z.strictObject({
    /** A machine whose disks are files of another machine. */
    virtual: z.boolean(),
    arrays: z.array(z.strictObject({ name: said(60), level: said(40), whole: z.boolean() })).max(60),
    /** null: no ZFS here. */
    pools: z.strictObject({ healthy: z.boolean(), said: said(300) }).nullable(),
    /** null: nobody could ask them. */
    disks: z.array(disk).max(MOST_DISKS).nullable(),
  }),
  async gather(host, unreadable) {
    const processors = (await textOf(host, '/proc/cpuinfo', unreadable)) ?? '';
    const raid = await host.read('/proc/mdstat');
    const zfs = await host.run('zpool', ['status', '-x']);
    const told = (zfs?.stdout ?? '').trim();
    return {
      virtual: /^flags\s*:.*\bhypervisor\b/m.test(processors),
      arrays: parseRaid(raid.state === 'read' ? raid.text : ''),
      // "no pools available" is what ZFS says where it is installed and not used.
      pools:
        zfs === undefined || /no pools available/.test(told)
          ? null
          : { healthy: zfs.code === 0 && /^all pools are healthy$/m.test(told), said: firstWords(told) },
      disks: await disksOf(host, unreadable),
    };
  },
});

const firstWords = (text: string): string =>
  lines(text)
    .map((line) => line.trim())
    .slice(0, 4)
    .join('; ')
    .slice(0, 300);

/** `md0 : active raid1 sda1[0] sdb1[1](F)`, then `… blocks [2/1] [U_]`. */
export function parseRaid(text: string): { name: string; level: string; whole: boolean }[] {
  return text.split(/^(?=md\w+ : )/m).flatMap((part) => {
    const [, name, level] = /^(md\w+) : (?:active|inactive)(?: \([\w-]+\))?(?: (raid\w+|linear))?/.exec(part) ?? [];
    if (name === undefined) return [];
    const failed = /\(F\)/.test(part) || /\[[U_]*_[U_]*\]/.test(part) || / : inactive/.test(part);
    return [{ name: name.slice(0, 60), level: level ?? 'not known', whole: !failed }];
  });
}

const scan = z.object({ devices: z.array(z.object({ name: z.string() })).default([]) });
const smart = z.object({
  model_name: z.string().optional(),
  smart_status: z.object({ passed: z.boolean() }).optional(),
  ata_smart_attributes: z
    .object({ table: z.array(z.object({ id: z.number(), name: z.string(), raw: z.object({ value: z.number() }) })) })
    .optional(),
  nvme_smart_health_information_log: z
    .object({ critical_warning: z.number(), media_errors: z.number(), percentage_used: z.number() })
    .optional(),
});
/** Reallocated, pending and uncorrectable sectors: what a disk says before it dies. */
const LOSSES = [5, 197, 198];

async function disksOf(host: ProbedHost, unreadable: UnreadablePart[]): Promise<z.infer<typeof disk>[] | null> {
  const found = await host.run('smartctl', ['--scan', '--json']);
  if (found === undefined) return null;
  const devices = scan.safeParse(parsed(found.stdout)).data?.devices ?? [];
  const disks: z.infer<typeof disk>[] = [];
  for (const { name } of devices.slice(0, MOST_DISKS)) {
    if (!/^\/dev\/[\w/-]{1,50}$/.test(name)) continue;
    // Its exit code is a set of flags; what counts is what it printed.
    const ran = await host.run('smartctl', ['--json', '-H', '-A', '-i', name]);
    const read = smart.safeParse(parsed(ran?.stdout ?? '')).data;
    if (read === undefined) {
      couldNot(name, ran, unreadable);
      continue;
    }
    disks.push({
      device: name.slice(0, 60),
      model: (read.model_name ?? '').slice(0, 80),
      passed: read.smart_status?.passed ?? null,
      losses: lossesOf(read),
    });
  }
  return disks;
}

function lossesOf({
  ata_smart_attributes: ata,
  nvme_smart_health_information_log: nvme,
}: z.infer<typeof smart>): string[] {
  const sectors = (ata?.table ?? [])
    .filter(({ id, raw }) => LOSSES.includes(id) && raw.value > 0)
    .map(({ name }) => name.replaceAll('_', ' ').toLowerCase());
  if (nvme === undefined) return sectors.slice(0, 10);
  return [
    ...sectors,
    ...(nvme.critical_warning === 0 ? [] : ['critical warning']),
    ...(nvme.media_errors === 0 ? [] : ['media errors']),
    ...(nvme.percentage_used < 100 ? [] : ['worn out']),
  ].slice(0, 10);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
