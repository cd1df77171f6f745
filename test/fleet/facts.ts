// Facts of a simulated server, plausible for its purpose ("fra-web-01": a web server in Frankfurt). Addresses come from the
// documentation ranges, so that nobody real is ever named.
import type { Inventory } from '@muster/contracts/servers';
import { Seeded } from './seeded.ts';

const GIB = 1024 ** 3;
const SYSTEMS = [
  { id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)', kernel: '6.1.0-28-amd64' },
  { id: 'ubuntu', version: '24.04', name: 'Ubuntu 24.04.3 LTS', kernel: '6.8.0-87-generic' },
  { id: 'almalinux', version: '9.6', name: 'AlmaLinux 9.6 (Sage Margay)', kernel: '5.14.0-570.el9.x86_64' },
] as const;
const PROCESSORS = ['AMD EPYC 7443P 24-Core Processor', 'Intel(R) Xeon(R) E-2388G CPU @ 3.20GHz'] as const;

type Port = Inventory['ports'][number];

/** Programs that listen, by the purpose in the server's name. */
const LISTENERS: Record<string, readonly [port: number, program: string, unit: string][]> = {
  web: [
    [80, 'nginx', 'nginx.service'],
    [443, 'nginx', 'nginx.service'],
  ],
  mail: [
    [25, 'master', 'postfix.service'],
    [465, 'master', 'postfix.service'],
    [993, 'dovecot', 'dovecot.service'],
  ],
  db: [[3306, 'mariadbd', 'mariadb.service']],
};

export function simulatedFacts(name: string, at: Date, startedAt: Date): Inventory {
  const seeded = new Seeded(name);
  const system = seeded.pick(SYSTEMS);
  const cores = seeded.pick([4, 8, 16, 24]);
  const memory = cores * 4 * GIB;
  const diskSize = seeded.whole(200, 1800) * GIB;
  const load = cores * (0.1 + seeded.next() * 0.5);
  const address = simulatedAddress(name);
  const uptimeDays = seeded.whole(3, 400);
  // What moves between two reports moves with the clock.
  const wave = (1 + Math.sin(at.getTime() / 600_000 + seeded.next() * 6)) / 2;
  const seconds = (at.getTime() - startedAt.getTime()) / 1000;
  return {
    at: at.toISOString(),
    hostname: simulatedHostname(name),
    os: { id: system.id, version: system.version, name: system.name },
    kernel: system.kernel,
    architecture: 'x86_64',
    virtualization: seeded.next() < 0.5 ? 'kvm' : null,
    bootedAt: new Date(startedAt.getTime() - uptimeDays * 86_400_000).toISOString(),
    cpu: { model: seeded.pick(PROCESSORS), cores, usedFraction: Math.min(1, (load / cores) * (0.6 + wave * 0.8)) },
    load: [load * (0.6 + wave * 0.8), load, load * 0.9],
    memory: {
      totalBytes: memory,
      availableBytes: Math.round(memory * (0.25 + seeded.next() * 0.4 + wave * 0.1)),
      swapTotalBytes: 2 * GIB,
      swapFreeBytes: 2 * GIB,
    },
    disks: [
      {
        mount: '/',
        device: '/dev/vda1',
        type: 'ext4',
        sizeBytes: diskSize,
        usedBytes: Math.round(diskSize * (0.2 + seeded.next() * 0.7)),
        inodes: Math.round(diskSize / 16_384),
        inodesUsed: Math.round((diskSize / 16_384) * (0.05 + seeded.next() * 0.3)),
      },
    ],
    interfaces: [
      {
        name: 'eth0',
        addresses: [`${address}/24`],
        rxBytes: Math.round(seeded.whole(1, 900) * GIB + seconds * 400_000),
        txBytes: Math.round(seeded.whole(1, 900) * GIB + seconds * 900_000),
        rxErrors: 0,
        txErrors: 0,
      },
    ],
    ports: listening(name),
    unreadable: [],
  };
}

export function simulatedHostname(name: string): string {
  return `${name}.hosting.example`;
}

/** An address of TEST-NET-2 (198.51.100.0/24, RFC 5737). */
export function simulatedAddress(name: string): string {
  return `198.51.100.${new Seeded(`address of ${name}`).whole(2, 250)}`;
}

function listening(name: string): Port[] {
  const purpose = name.split('-')[1] ?? '';
  const programs = [[22, 'sshd', 'ssh.service'] as const, ...(LISTENERS[purpose] ?? [])];
  return programs.map(([port, process, unit], index) => ({
    protocol: 'tcp',
    address: '0.0.0.0',
    port,
    process,
    pid: 700 + index * 37,
    uid: 0,
    unit,
  }));
}
