// Listening sockets with their owner, from `ss -H -lntupe`. iproute2 6.1 has no JSON mode for sockets, so the columns are
// read. Without root the program's name is hidden for other users' sockets; the systemd unit (cgroup) still shows.
import type { Inventory } from '@muster/contracts/servers';

export type ListeningPort = Inventory['ports'][number];

export function parseListeningPorts(text: string): ListeningPort[] {
  return text
    .split('\n')
    .map(parseLine)
    .filter((port) => port !== undefined);
}

function parseLine(line: string): ListeningPort | undefined {
  const [protocol, , , , local] = line.trim().split(/\s+/, 6);
  if ((protocol !== 'tcp' && protocol !== 'udp') || local === undefined) return undefined;
  const colon = local.lastIndexOf(':');
  const port = Number(local.slice(colon + 1));
  if (!Number.isInteger(port)) return undefined;
  const owner = /users:\(\("([^"]{1,64})",pid=(\d+)/.exec(line);
  const uid = / uid:(\d+)/.exec(line);
  const unit = /cgroup:\S*?\/([^/\s]+\.(?:service|socket|scope))/.exec(line);
  return {
    protocol,
    address: local.slice(0, colon).replace(/^\[(.*)\]$/, '$1'),
    port,
    process: owner?.[1] ?? null,
    pid: owner?.[2] === undefined ? null : Number(owner[2]),
    // `ss` leaves the user out when it is root.
    uid: uid?.[1] === undefined ? (owner === null ? null : 0) : Number(uid[1]),
    unit: unit?.[1] ?? null,
  };
}
