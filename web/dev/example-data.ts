// Example data for looking at pages without a control plane: the fleet of the design pages. Every answer is parsed by
// its contract before it is served, so it cannot drift. Only `vite dev` loads this folder; no build contains it.
import type { Attention, FleetSummary } from '@muster/contracts/fleet';
import type { BanLogRow, BlockView, ProtectionView } from '@muster/contracts/bans';
import type { OperationRow, TaskRow, TaskState } from '@muster/contracts/operations';
import type { GroupView, Inventory, ServerRow } from '@muster/contracts/servers';

export const START = Date.now();
export const ago = (ms: number): string => new Date(START - ms).toISOString();
export const ahead = (ms: number): string => new Date(START + ms).toISOString();
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** A stable id of a kind and number. */
export function exampleId(kind: number, number: number): string {
  return `0190b5e2-7a10-7${kind.toString(16).padStart(3, '0')}-8000-${number.toString(16).padStart(12, '0')}`;
}
export const ME = exampleId(0xa, 1);

const GROUPS: readonly { name: string; servers: readonly string[] }[] = [
  { name: 'Frankfurt web', servers: Array.from({ length: 15 }, (_, i) => `fra-web-${String(i + 1).padStart(2, '0')}`) },
  { name: 'Frankfurt data', servers: ['fra-db-01', 'fra-db-02', 'fra-db-03', 'fra-db-04', 'fra-db-05'] },
  { name: 'Helsinki web', servers: Array.from({ length: 10 }, (_, i) => `hel-web-${String(i + 1).padStart(2, '0')}`) },
  {
    name: 'Mail and DNS',
    servers: [
      'fra-mx-01',
      'fra-mx-02',
      'fra-mx-03',
      'hel-mx-01',
      'hel-mx-02',
      'hel-mx-03',
      'fra-ns-01',
      'fra-ns-02',
      'hel-ns-01',
      'hel-ns-02',
    ],
  },
];
const SILENT = new Set(['hel-web-07', 'hel-mx-02']);
const SIMULATED = new Set(['hel-web-09', 'hel-web-10', 'hel-ns-01', 'hel-ns-02']);

export const servers: ServerRow[] = GROUPS.flatMap(({ name, servers: names }, group) =>
  names.map((server, index): ServerRow => {
    const silent = SILENT.has(server);
    return {
      serverId: exampleId(0xb, group * 100 + index + 1),
      name: server,
      hostname: `${server}.nordhafen.example`,
      presence: silent ? 'silent' : server === 'fra-web-15' ? 'quarantined' : 'present',
      heardAt: silent ? ago(16 * MINUTE) : ago(3000),
      since: silent ? ago(16 * MINUTE) : ago(90 * HOUR),
      confirmed: server !== 'fra-web-14',
      observeOnly: server === 'fra-web-14',
      simulated: SIMULATED.has(server),
      agentVersion: '0.1.0',
      tags: [server.slice(0, 3), server.split('-')[1] ?? 'web'],
      groups: [{ groupId: exampleId(0xc, group + 1), name }],
      os: 'Debian GNU/Linux 12 (bookworm)',
      address: `192.0.2.${10 + group * 20 + index}`,
      openTasks: server === 'fra-web-08' ? 1 : 0,
      bans: silent
        ? 'unknown'
        : server === 'hel-web-08'
          ? 'drifted'
          : server === 'fra-db-04'
            ? 'behind'
            : server === 'fra-web-14'
              ? 'observed'
              : 'held',
    };
  }),
);

export const serverNamed = (name: string): ServerRow => {
  const found = servers.find((server) => server.name === name);
  if (found === undefined) throw new Error(`no example server ${name}`);
  return found;
};
export const refOf = (name: string): { serverId: string; name: string; simulated: boolean } => {
  const { serverId, simulated } = serverNamed(name);
  return { serverId, name, simulated };
};

export const groups: GroupView[] = GROUPS.map(({ name, servers: names }, index) => ({
  groupId: exampleId(0xc, index + 1),
  name,
  servers: names.map(refOf),
}));

export function inventoryOf(server: ServerRow): Inventory {
  return {
    at: ago(20_000),
    hostname: server.hostname,
    os: { id: 'debian', version: '12.8', name: 'Debian GNU/Linux 12 (bookworm)' },
    kernel: '6.1.0-28-amd64',
    architecture: 'x64',
    virtualization: 'kvm',
    bootedAt: ago(41 * 24 * HOUR),
    cpu: { model: 'AMD EPYC 7543P 32-Core Processor', cores: 8, usedFraction: 0.23 },
    load: [1.42, 1.18, 0.97],
    memory: {
      totalBytes: 33_500_000_000,
      availableBytes: 19_100_000_000,
      swapTotalBytes: 4_290_000_000,
      swapFreeBytes: 4_290_000_000,
    },
    disks: [
      {
        mount: '/',
        device: '/dev/vda1',
        type: 'ext4',
        sizeBytes: 53_600_000_000,
        usedBytes: 21_400_000_000,
        inodes: 3_276_800,
        inodesUsed: 411_200,
      },
      {
        mount: '/srv',
        device: '/dev/vdb1',
        type: 'xfs',
        sizeBytes: 1_099_000_000_000,
        usedBytes: 934_000_000_000,
        inodes: 536_870_912,
        inodesUsed: 9_110_233,
      },
      {
        mount: '/boot/efi',
        device: '/dev/vda15',
        type: 'vfat',
        sizeBytes: 129_000_000,
        usedBytes: 12_200_000,
        inodes: null,
        inodesUsed: null,
      },
    ],
    interfaces: [
      {
        name: 'eth0',
        addresses: [server.address ?? '192.0.2.1', '2001:db8:10::41'],
        rxBytes: 812_000_000_000,
        txBytes: 2_310_000_000_000,
        rxErrors: 0,
        txErrors: 0,
      },
      {
        name: 'lo',
        addresses: ['127.0.0.1', '::1'],
        rxBytes: 4_000_000_000,
        txBytes: 4_000_000_000,
        rxErrors: 0,
        txErrors: 0,
      },
    ],
    ports: [
      { protocol: 'tcp', address: '0.0.0.0', port: 22, process: 'sshd', pid: 812, uid: 0, unit: 'ssh.service' },
      { protocol: 'tcp', address: '0.0.0.0', port: 80, process: 'nginx', pid: 1201, uid: 33, unit: 'nginx.service' },
      { protocol: 'tcp', address: '0.0.0.0', port: 443, process: 'nginx', pid: 1201, uid: 33, unit: 'nginx.service' },
      {
        protocol: 'tcp',
        address: '127.0.0.1',
        port: 3306,
        process: 'mariadbd',
        pid: 990,
        uid: 107,
        unit: 'mariadb.service',
      },
      { protocol: 'tcp', address: '0.0.0.0', port: 8443, process: null, pid: null, uid: 1004, unit: null },
      {
        protocol: 'udp',
        address: '127.0.0.1',
        port: 323,
        process: 'chronyd',
        pid: 644,
        uid: 102,
        unit: 'chrony.service',
      },
    ],
    unreadable: [{ what: 'owner of port 8443', why: 'the socket belongs to a process in another namespace' }],
  };
}

const LOG: readonly [
  seconds: number,
  address: string,
  what: BanLogRow['what'],
  by: string,
  server: string,
  ban: number | null,
  failures: number | null,
][] = [
  [3, '198.51.100.212', 'banned', 'sshd', 'fra-web-06', 600, 5],
  [7, '203.0.113.140', 'found', 'postfix-sasl', 'fra-mx-02', null, 3],
  [14, '2001:db8:4f::19a1', 'banned', 'dovecot', 'hel-mx-01', 600, 5],
  [20, '203.0.113.77', 'banned', 'sshd', 'fra-web-03', 600, 5],
  [28, '203.0.113.77', 'found', 'sshd', 'fra-web-03', null, 5],
  [41, '198.51.100.9', 'banned', 'wordpress', 'fra-web-11', 3600, 5],
  [42, '198.51.100.45', 'banned', 'sshd', 'hel-web-02', 600, 6],
  [60, '198.51.100.160', 'unbanned', 'sshd', 'fra-web-01', null, null],
  [85, '203.0.113.140', 'banned', 'postfix-sasl', 'fra-mx-02', 600, 5],
  [111, '2001:db8:a0::7', 'banned', 'sshd', 'hel-ns-01', 600, 5],
  [120, '198.51.100.77', 'banned', 'nginx-auth', 'fra-web-04', 1800, 8],
  [134, '198.51.100.131', 'banned', 'sshd', 'fra-web-13', 600, 5],
  [152, '203.0.113.5', 'found', 'wordpress', 'fra-web-05', null, 2],
  [201, '203.0.113.201', 'banned', 'sshd', 'fra-db-03', 600, 5],
  [215, '198.51.100.212', 'unbanned', 'sshd', 'fra-web-06', null, null],
  [247, '2001:db8:77:1::c', 'banned', 'dovecot', 'hel-mx-03', 600, 5],
];
let logNumber = 0;
export function banLine(
  at: string,
  address: string | null,
  what: BanLogRow['what'],
  by: BanLogRow['by'],
  server: string | null,
  more: Partial<BanLogRow> = {},
): BanLogRow {
  logNumber += 1;
  return {
    cursor: at,
    id: exampleId(0xd, logNumber),
    at,
    what,
    address,
    by,
    server: server === null ? null : refOf(server),
    where: server === null ? 'fleet' : null,
    failures: null,
    banSeconds: null,
    until: null,
    source: 'action',
    blockId: null,
    ...more,
  };
}

export const block: BlockView = {
  blockId: exampleId(0xe, 1),
  range: '203.0.113.77',
  target: { kind: 'fleet' },
  targetName: 'fleet',
  until: ahead(24 * HOUR - 9000),
  reason: 'root guessing on ten servers',
  blockedBy: { actor: ME, name: 'Mara Okafor' },
  blockedAt: ago(9000),
  operationId: exampleId(0xf, 1),
  servers: 40,
  held: 38,
};
export const blocks: BlockView[] = [
  block,
  {
    ...block,
    blockId: exampleId(0xe, 2),
    range: '198.51.100.64/28',
    reason: 'spam runs since Monday',
    until: null,
    blockedAt: ago(70 * HOUR),
    held: 40,
    target: { kind: 'group', groupId: exampleId(0xc, 4) },
    targetName: 'Mail and DNS',
    servers: 10,
  },
  {
    ...block,
    blockId: exampleId(0xe, 3),
    range: '2001:db8:dead::/48',
    reason: 'scanner without a contact',
    until: ahead(6 * 24 * HOUR),
    blockedAt: ago(20 * HOUR),
    held: 40,
  },
];
const last = blocks[1];
if (last !== undefined) last.held = 10;

export const banLog: BanLogRow[] = [
  ...LOG.map(([seconds, address, what, jail, server, ban, failures]) =>
    banLine(ago(seconds * 1000), address, what, { kind: 'jail', name: jail }, server, {
      banSeconds: ban,
      until: ban === null ? null : new Date(START - seconds * 1000 + ban * 1000).toISOString(),
      failures,
    }),
  ),
  banLine(ago(9000), '203.0.113.77', 'blocked', { kind: 'person', name: 'Mara Okafor' }, null, {
    until: block.until,
    blockId: block.blockId,
  }),
  banLine(ago(190_000), null, 'repaired', { kind: 'system', name: 'guard' }, 'hel-web-08'),
].sort((a, b) => b.at.localeCompare(a.at));
for (let n = 0; n < 260; n += 1) {
  const at = ago(260_000 + n * 17_000);
  banLog.push(
    banLine(
      at,
      `198.51.100.${(n * 37) % 250}`,
      n % 5 === 0 ? 'unbanned' : 'banned',
      { kind: 'jail', name: n % 3 === 0 ? 'sshd' : 'dovecot' },
      servers[n % 38]?.name ?? 'fra-web-01',
      { banSeconds: 600 },
    ),
  );
}

export const protections: ProtectionView[] = [
  {
    range: '192.0.2.0/26',
    label: 'own servers, Frankfurt',
    kind: 'own-server' as const,
    reason: null,
    until: null,
    synced: 40,
  },
  {
    range: '2001:db8:10::/48',
    label: 'own servers, IPv6',
    kind: 'own-server' as const,
    reason: null,
    until: null,
    synced: 40,
  },
  {
    range: '198.51.100.10',
    label: 'Mara Okafor, signed in now',
    kind: 'live-operator' as const,
    reason: null,
    until: null,
    synced: 40,
  },
  {
    range: '203.0.113.32/28',
    label: 'Payment provider callbacks',
    kind: 'person' as const,
    reason: 'Kestrel Cycles lost orders on 2 Nov, NH-4051',
    until: ahead(100 * 24 * HOUR),
    synced: 40,
  },
  {
    range: '198.51.100.96',
    label: 'Monitoring of Oakline Dental',
    kind: 'person' as const,
    reason: 'External uptime check',
    until: ahead(4 * 24 * HOUR),
    synced: 38,
  },
].map((entry, index) => ({
  ...entry,
  entryId: exampleId(0x10, index + 1),
  origin: entry.kind === 'person' ? ('person' as const) : ('system' as const),
  owner: entry.kind === 'person' ? { actor: ME, name: index === 3 ? 'Priya Raman' : 'Jonas Lindqvist' } : null,
  servers: 40,
}));

const NONE: Record<TaskState, number> = {
  requested: 0,
  waiting: 0,
  released: 0,
  accepted: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  expired: 0,
  cancelled: 0,
  unknown: 0,
};
const operation = (number: number, more: Partial<OperationRow>): OperationRow => ({
  operationId: exampleId(0xf, number),
  number: 400 + number,
  kind: 'bans.block',
  subject: '203.0.113.77',
  askedBy: { actor: ME, kind: 'person', name: 'Mara Okafor' },
  reason: 'root guessing on ten servers',
  askedAt: ago(9000),
  finishedAt: null,
  expiresAt: ahead(24 * HOUR),
  state: 'running',
  servers: 40,
  counts: NONE,
  position: 166,
  cancelRequested: false,
  ...more,
});
export const operations: OperationRow[] = [
  operation(1, {
    state: 'failed',
    counts: { ...NONE, succeeded: 34, failed: 1, waiting: 2, running: 1, unknown: 1, cancelled: 1 },
  }),
  operation(2, {
    subject: '198.51.100.64/28',
    state: 'done',
    servers: 10,
    counts: { ...NONE, succeeded: 10 },
    askedAt: ago(70 * HOUR),
    finishedAt: ago(70 * HOUR - 900),
    reason: 'spam runs since Monday',
    position: 60,
  }),
  operation(3, {
    kind: 'bans.manage',
    subject: 'fra-web-13',
    state: 'done',
    servers: 1,
    counts: { ...NONE, succeeded: 1 },
    askedAt: ago(72 * HOUR),
    finishedAt: ago(72 * HOUR - 4600),
    reason: null,
    position: 41,
  }),
  operation(4, {
    kind: 'bans.protect',
    subject: '198.51.100.96',
    state: 'waiting',
    servers: 40,
    counts: { ...NONE, succeeded: 38, waiting: 2 },
    askedAt: ago(3 * HOUR),
    reason: 'External uptime check',
    askedBy: { actor: exampleId(0xa, 2), kind: 'person', name: 'Jonas Lindqvist' },
    position: 102,
  }),
  operation(5, {
    kind: 'bans.unblock',
    subject: '198.51.100.31',
    state: 'cancelled',
    servers: 5,
    counts: { ...NONE, succeeded: 2, cancelled: 3 },
    askedAt: ago(90 * HOUR),
    finishedAt: ago(89 * HOUR),
    reason: 'wrong range',
    position: 22,
    cancelRequested: true,
  }),
];
const STATES: Partial<Record<string, TaskState>> = {
  'fra-web-09': 'failed',
  'hel-web-04': 'unknown',
  'hel-web-07': 'waiting',
  'hel-mx-02': 'waiting',
  'fra-db-04': 'running',
  'fra-web-15': 'cancelled',
};
export const tasks: TaskRow[] = servers.map((server, index) => {
  const state = STATES[server.name] ?? 'succeeded';
  const done = ['succeeded', 'failed', 'cancelled'].includes(state);
  return {
    taskId: exampleId(0x11, index + 1),
    serverId: server.serverId,
    serverName: server.name,
    simulated: server.simulated,
    state,
    task: 'bans.apply@1',
    lane: 'guard',
    attempt: 1,
    requestedAt: ago(9000),
    finishedAt: done ? ago(8000 - index * 20) : null,
    tookMs: done ? 380 + index * 13 : null,
    error: state === 'failed' ? 'nft: Error: Could not process rule: No space left on device' : null,
  };
});

const subject = (more: Partial<Attention['subject']>): Attention['subject'] => ({
  serverIds: [],
  names: [],
  id: null,
  text: null,
  until: null,
  count: null,
  ...more,
});
const of = (...names: string[]) => subject({ serverIds: names.map((name) => serverNamed(name).serverId), names });
export const attention: Attention[] = [
  { kind: 'servers-silent', severity: 'critical', since: ago(16 * MINUTE), subject: of('hel-web-07', 'hel-mx-02') },
  {
    kind: 'operation-failed',
    severity: 'critical',
    since: ago(9000),
    subject: { ...of('fra-web-09'), id: exampleId(0xf, 1), text: 'Block 203.0.113.77 on 40 servers', count: 1 },
  },
  { kind: 'identity-conflict', severity: 'critical', since: ago(4 * HOUR), subject: of('fra-web-15') },
  { kind: 'table-drifted', severity: 'warn', since: ago(190_000), subject: of('hel-web-08') },
  { kind: 'server-unconfirmed', severity: 'warn', since: ago(26 * MINUTE), subject: of('fra-web-14') },
  {
    kind: 'protection-ending',
    severity: 'info',
    since: ago(HOUR),
    subject: subject({ text: 'Monitoring of Oakline Dental', until: ahead(4 * 24 * HOUR) }),
  },
];

export function fleet(checkpoint: FleetSummary['ledger']['checkpoint'], size: number): FleetSummary {
  const counted = { present: 0, silent: 0, never: 0, quarantined: 0, retired: 0 };
  for (const server of servers) counted[server.presence] += 1;
  return {
    at: new Date().toISOString(),
    servers: counted,
    total: servers.length,
    simulated: SIMULATED.size,
    roll: servers,
    attention,
    openOperations: 2,
    openTasks: 5,
    bansPerMinute: 31,
    ledger: { size, checkpoint, oldestPendingMs: 12 },
    blocks: { inForce: blocks.length, held: 36, managed: 39 },
  };
}
