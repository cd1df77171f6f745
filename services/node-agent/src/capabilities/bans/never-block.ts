// What this host never blocks, whoever asks, because it would cut itself off: loopback, its own addresses, its gateways and
// resolvers, the control plane, and the other end of every SSH session that somebody has signed in to. A connection
// that has not signed in counts for nothing: it would keep whoever guesses passwords from being blocked.
import { networkInterfaces } from 'node:os';
import { WIDEST_BLOCK } from '@muster/contracts/bans';
import { ipRange, parseIpRange, rangeContains, rangesOverlap } from '@muster/kernel/ip-range';
import type { IpRange } from '@muster/kernel/ip-range';
import type { Exec } from '../../host/exec.ts';
import type { Tools } from '../../host/tools.ts';

export interface NeverBlocked {
  readonly range: IpRange;
  readonly why: string;
}

const ALWAYS: readonly NeverBlocked[] = [
  { range: ipRange('127.0.0.0/8'), why: 'loopback' },
  { range: ipRange('::1'), why: 'loopback' },
  { range: ipRange('0.0.0.0/8'), why: 'no address of another host' },
  { range: ipRange('::'), why: 'no address of another host' },
  { range: ipRange('fe80::/10'), why: 'the link itself' },
  { range: ipRange('224.0.0.0/4'), why: 'multicast' },
  { range: ipRange('ff00::/8'), why: 'multicast' },
];

export interface NeverBlockSources {
  readonly exec: Exec;
  readonly tools: Tools;
  readonly readText: (path: string) => Promise<string>;
  /** Addresses of the control plane, resolved when the server was enrolled. */
  readonly controlPlane: readonly string[];
}

export async function gatherNeverBlocked(sources: NeverBlockSources): Promise<NeverBlocked[]> {
  const read = (path: string): Promise<string> => sources.readText(path).catch(() => '');
  const [route4, route6, resolv, upstream, peers] = await Promise.all([
    read('/proc/net/route'),
    read('/proc/net/ipv6_route'),
    read('/etc/resolv.conf'),
    read('/run/systemd/resolve/resolv.conf'),
    sshPeers(sources),
  ]);
  const own = Object.values(networkInterfaces()).flatMap((entries) => (entries ?? []).map((entry) => entry.address));
  return [
    ...ALWAYS,
    ...named(own, 'this server’s own address'),
    ...named([...parseGateways4(route4), ...parseGateways6(route6)], 'this server’s gateway'),
    ...named(parseResolvers(`${resolv}\n${upstream}`), 'a resolver of this server'),
    ...named(sources.controlPlane, 'the control plane'),
    ...named(peers, 'the other end of a live SSH session'),
  ];
}

function named(addresses: readonly string[], why: string): NeverBlocked[] {
  return addresses.flatMap((address) => {
    const parsed = parseIpRange(address.split('%', 1)[0] ?? '');
    return parsed.ok ? [{ range: parsed.range, why }] : [];
  });
}

/** Why the block may not be enforced here; undefined when it may. */
export function whyNever(
  range: string,
  never: readonly NeverBlocked[],
  protections: Iterable<string>,
): string | undefined {
  const wanted = ipRange(range);
  if (wanted.prefix < WIDEST_BLOCK[wanted.family]) {
    return `${range} is wider than /${WIDEST_BLOCK[wanted.family]}`;
  }
  const own = never.find((one) => rangesOverlap(one.range, wanted));
  if (own !== undefined) return `${range} would block ${own.range.text}, ${own.why}`;
  for (const entry of protections) {
    if (rangeContains(ipRange(entry), wanted)) return `${range} is on the never-blocked list (${entry})`;
  }
  return undefined;
}

/** Default routes of /proc/net/route; addresses are little-endian hexadecimal. */
export function parseGateways4(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, , gateway = '', flags = ''] = line.split('\t').map((field) => field.trim());
    if (!/^[0-9A-F]{8}$/i.test(gateway) || gateway === '00000000' || (Number.parseInt(flags, 16) & 2) === 0) return [];
    return [
      (gateway.match(/../g) ?? [])
        .reverse()
        .map((byte) => Number.parseInt(byte, 16))
        .join('.'),
    ];
  });
}

export function parseGateways6(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const next = line.trim().split(/\s+/)[4];
    if (next === undefined || !/^[0-9a-f]{32}$/i.test(next) || /^0+$/.test(next)) return [];
    return [(next.match(/..../g) ?? []).join(':')];
  });
}

export function parseResolvers(text: string): string[] {
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1] ?? '');
}

async function sshPeers({ exec, tools, readText }: NeverBlockSources): Promise<string[]> {
  const ss = tools('ss');
  if (ss === undefined) return [];
  const { stdout } = await exec(ss, ['-H', '-ntp', 'state', 'established'], { timeoutMs: 5000 });
  const live = await Promise.all(
    parseSshConnections(stdout).map(async ({ peer, pids }) => {
      const titles = await Promise.all(pids.map((pid) => readText(`/proc/${pid}/cmdline`).catch(() => null)));
      return titles.some(isSignedIn) ? [peer] : [];
    }),
  );
  return live.flat();
}

/** `ss -H -ntp state established`: recv-q send-q local peer users:(("sshd",pid=…,fd=…),…). */
export function parseSshConnections(text: string): { peer: string; pids: string[] }[] {
  return text.split('\n').flatMap((line) => {
    if (!/users:\(\("sshd(?:-session)?"/.test(line)) return [];
    const peer = line.trim().split(/\s+/)[3] ?? '';
    return [
      {
        peer: peer.slice(0, peer.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1'),
        pids: [...line.matchAll(/\bpid=(\d+)/g)].map(([, pid = '']) => pid),
      },
    ];
  });
}

/**
 * By the title that sshd gives its processes: `sshd: root@pts/0` or `sshd: deploy@notty` once somebody has signed in;
 * `sshd: [accepted]`, `sshd: root [net]` and `sshd: unknown [priv]` before. A title that cannot be read counts as a session:
 * a block can wait, an operator who is shut out cannot.
 */
export function isSignedIn(title: string | null): boolean {
  return title === null || /^sshd(?:-session)?: \S+@[\w/,.-]+$/.test(title.replaceAll('\0', ' ').trim());
}
