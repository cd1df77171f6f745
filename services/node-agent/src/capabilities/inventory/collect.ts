// Gathers the inventory. Works without root; what it may not read it names in `unreadable` instead of leaving it out.
import { lstat, readFile, statfs } from 'node:fs/promises';
import { arch, hostname, loadavg, networkInterfaces, release } from 'node:os';
import type { Inventory } from '@muster/contracts/servers';
import type { Exec } from '../../host/exec.ts';
import type { Tools } from '../../host/tools.ts';
import { parseListeningPorts } from './ports.ts';
import type { ListeningPort } from './ports.ts';
import {
  parseCpuModel,
  parseCpuTimes,
  parseMemory,
  parseMounts,
  parseNetworkCounters,
  parseOsRelease,
  usedFraction,
} from './proc.ts';
import type { CpuTimes } from './proc.ts';

export interface InventorySources {
  readonly exec: Exec;
  readonly tools: Tools;
  readonly readText: (path: string) => Promise<string>;
  /** Ports as root sees them, when the root helper answers; otherwise this process looks itself. */
  readonly privilegedPorts?: () => Promise<ListeningPort[] | undefined>;
  readonly now: () => Date;
}

export const hostSources = (exec: Exec, tools: Tools): InventorySources => ({
  exec,
  tools,
  readText: (path) => readFile(path, 'utf8'),
  now: () => new Date(),
});

type Unreadable = Inventory['unreadable'];

/** Keeps the last CPU reading, because usage is a difference between two moments. */
export class InventoryCollector {
  readonly #sources: InventorySources;
  #lastCpu: CpuTimes | undefined;

  constructor(sources: InventorySources) {
    this.#sources = sources;
  }

  async collect(): Promise<Inventory> {
    const unreadable: Unreadable = [];
    const read = async (what: string, path: string): Promise<string> => {
      try {
        return await this.#sources.readText(path);
      } catch (error) {
        unreadable.push({ what, why: sentence(error) });
        return '';
      }
    };
    const [osRelease, memory, stat, cpuinfo, mountinfo, counters, uptime, virtualization] = await Promise.all([
      read('operating system', '/etc/os-release'),
      read('memory', '/proc/meminfo'),
      read('CPU use', '/proc/stat'),
      read('CPU model', '/proc/cpuinfo'),
      read('mounts', '/proc/self/mountinfo'),
      read('network counters', '/proc/net/dev'),
      read('uptime', '/proc/uptime'),
      this.#virtualization(),
    ]);
    const cpu = parseCpuTimes(stat);
    const used = this.#lastCpu === undefined ? null : usedFraction(this.#lastCpu, cpu);
    this.#lastCpu = cpu;
    const now = this.#sources.now();
    const [one = 0, five = 0, fifteen = 0] = loadavg();
    return {
      at: now.toISOString(),
      hostname: hostname().slice(0, 253),
      os: parseOsRelease(osRelease),
      kernel: release().slice(0, 120),
      architecture: arch().slice(0, 24),
      virtualization,
      bootedAt: new Date(now.getTime() - Number.parseFloat(uptime || '0') * 1000).toISOString(),
      cpu: { ...parseCpuModel(cpuinfo), usedFraction: used },
      load: [one, five, fifteen],
      memory: parseMemory(memory),
      disks: await disks(mountinfo, unreadable),
      interfaces: interfaces(counters),
      ports: await this.#ports(unreadable),
      unreadable: unreadable.slice(0, 40),
    };
  }

  async #ports(unreadable: Unreadable): Promise<ListeningPort[]> {
    const privileged = await this.#sources.privilegedPorts?.();
    const ports = privileged ?? (await this.#ownView(unreadable));
    const hidden = ports.filter((port) => port.process === null).length;
    if (hidden > 0) {
      const why = `the program behind ${hidden} of ${ports.length} sockets is hidden from ${privileged === undefined ? 'this user' : 'the root helper'}`;
      unreadable.push({ what: 'owners of listening ports', why });
    }
    return ports.slice(0, 1024);
  }

  async #ownView(unreadable: Unreadable): Promise<ListeningPort[]> {
    const ss = this.#sources.tools('ss');
    if (ss === undefined) {
      unreadable.push({ what: 'listening ports', why: 'ss (package iproute2) is not installed' });
      return [];
    }
    const result = await this.#sources.exec(ss, ['-H', '-lntupe']);
    if (result.code !== 0) {
      unreadable.push({
        what: 'listening ports',
        why: `ss answered ${result.code}: ${result.stderr.trim()}`.slice(0, 200),
      });
      return [];
    }
    return parseListeningPorts(result.stdout);
  }

  /** What the firmware calls itself; null on bare metal or where it does not say. */
  async #virtualization(): Promise<string | null> {
    const vendor = await this.#sources.readText('/sys/class/dmi/id/sys_vendor').catch(() => '');
    return HYPERVISORS.find(([pattern]) => pattern.test(vendor))?.[1] ?? null;
  }
}

const HYPERVISORS: readonly (readonly [RegExp, string])[] = [
  [/QEMU|KVM/i, 'kvm'],
  [/VMware/i, 'vmware'],
  [/Xen/i, 'xen'],
  [/Microsoft/i, 'hyper-v'],
  [/innotek|VirtualBox/i, 'virtualbox'],
  [/Amazon EC2/i, 'amazon'],
  [/Google/i, 'google'],
  [/Hetzner/i, 'hetzner'],
  [/DigitalOcean/i, 'digitalocean'],
];

async function disks(mountinfo: string, unreadable: Unreadable): Promise<Inventory['disks']> {
  const rows: Inventory['disks'] = [];
  for (const mount of parseMounts(mountinfo).slice(0, 64)) {
    try {
      // A container mounts single files (resolv.conf) of the same disk; those are no disks of their own.
      if (!(await lstat(mount.mount)).isDirectory()) continue;
      const stat = await statfs(mount.mount);
      rows.push({
        ...mount,
        sizeBytes: stat.blocks * stat.bsize,
        usedBytes: (stat.blocks - stat.bfree) * stat.bsize,
        inodes: stat.files === 0 ? null : stat.files,
        inodesUsed: stat.files === 0 ? null : stat.files - stat.ffree,
      });
    } catch (error) {
      unreadable.push({ what: `disk ${mount.mount}`.slice(0, 80), why: sentence(error) });
    }
  }
  return rows;
}

function interfaces(counters: string): Inventory['interfaces'] {
  const addresses = networkInterfaces();
  const none = { rxBytes: 0, txBytes: 0, rxErrors: 0, txErrors: 0 };
  const byName = parseNetworkCounters(counters);
  const names = new Set([...byName.keys(), ...Object.keys(addresses)]);
  return [...names].slice(0, 64).map((name) => ({
    name: name.slice(0, 32),
    addresses: (addresses[name] ?? []).map((entry) => (entry.cidr ?? entry.address).slice(0, 64)).slice(0, 64),
    ...(byName.get(name) ?? none),
  }));
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 200);
