// Pure readers of what the kernel and the distribution publish about themselves as text.
import type { Inventory } from '@muster/contracts/servers';

export function parseOsRelease(text: string): Inventory['os'] {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z_]+)=(?:"([^"]*)"|'([^']*)'|(.*))$/.exec(line);
    if (match?.[1] !== undefined) values.set(match[1], match[2] ?? match[3] ?? match[4] ?? '');
  }
  return {
    id: (values.get('ID') ?? 'unknown').slice(0, 40),
    version: (values.get('VERSION_ID') ?? '').slice(0, 40),
    name: (values.get('PRETTY_NAME') ?? values.get('NAME') ?? 'unknown').slice(0, 120),
  };
}

export function parseMemory(text: string): Inventory['memory'] {
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024;
  return {
    totalBytes: kib('MemTotal'),
    availableBytes: kib('MemAvailable'),
    swapTotalBytes: kib('SwapTotal'),
    swapFreeBytes: kib('SwapFree'),
  };
}

export interface CpuTimes {
  readonly idle: number;
  readonly total: number;
}

/** First line of /proc/stat: user nice system idle iowait irq softirq steal (guest time is already in user). */
export function parseCpuTimes(text: string): CpuTimes {
  const fields = /^cpu\s+(.*)$/m.exec(text)?.[1]?.trim().split(/\s+/).slice(0, 8).map(Number) ?? [];
  return { idle: (fields[3] ?? 0) + (fields[4] ?? 0), total: fields.reduce((sum, ticks) => sum + ticks, 0) };
}

export function usedFraction(before: CpuTimes, after: CpuTimes): number | null {
  const total = after.total - before.total;
  if (total <= 0) return null;
  return Math.min(1, Math.max(0, 1 - (after.idle - before.idle) / total));
}

export function parseCpuModel(text: string): { model: string; cores: number } {
  return {
    model: (/^(?:model name|Model)\s*:\s*(.+)$/m.exec(text)?.[1] ?? 'unknown').slice(0, 120),
    cores: text.match(/^processor\s*:/gm)?.length ?? 0,
  };
}

export interface Mount {
  readonly mount: string;
  readonly device: string;
  readonly type: string;
}

/** Mounts that hold data: no pseudo file systems, one row per device (bind mounts show the same disk again). */
export function parseMounts(mountinfo: string): Mount[] {
  const seen = new Set<string>();
  const mounts: Mount[] = [];
  for (const line of mountinfo.split('\n')) {
    const [left, right] = line.split(' - ');
    const mount = left?.split(' ')[4];
    const deviceNumber = left?.split(' ')[2];
    const [type, device] = right?.split(' ') ?? [];
    if (mount === undefined || type === undefined || device === undefined || deviceNumber === undefined) continue;
    if (!DATA_FILE_SYSTEMS.test(type) || seen.has(deviceNumber)) continue;
    seen.add(deviceNumber);
    mounts.push({
      mount: unescapeMount(mount).slice(0, 200),
      device: unescapeMount(device).slice(0, 120),
      type: type.slice(0, 24),
    });
  }
  return mounts;
}

const DATA_FILE_SYSTEMS =
  /^(?:ext[234]|xfs|btrfs|zfs|f2fs|jfs|reiserfs|vfat|exfat|ntfs3?|overlay|nfs4?|cifs|fuseblk|bcachefs|virtiofs|9p)$/;

/** The kernel writes blanks in paths as octal escapes. */
const unescapeMount = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

export interface InterfaceCounters {
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly rxErrors: number;
  readonly txErrors: number;
}

export function parseNetworkCounters(text: string): Map<string, InterfaceCounters> {
  const counters = new Map<string, InterfaceCounters>();
  for (const line of text.split('\n')) {
    const match = /^\s*([^\s:]+):\s*(.*)$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) continue;
    const fields = match[2].trim().split(/\s+/).map(Number);
    counters.set(match[1], {
      rxBytes: fields[0] ?? 0,
      rxErrors: fields[2] ?? 0,
      txBytes: fields[8] ?? 0,
      txErrors: fields[10] ?? 0,
    });
  }
  return counters;
}
