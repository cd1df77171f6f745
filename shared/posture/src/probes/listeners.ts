// Sockets that listen, with the program and unit behind each.
import { z } from 'zod';
import { couldNot, lines, probe, said } from '../probe.ts';

const listener = z.strictObject({
  protocol: z.enum(['tcp', 'udp']),
  address: said(64),
  port: z.int().min(0).max(65_535),
  process: said(64).nullable(),
  unit: said(128).nullable(),
});
export type Listener = z.infer<typeof listener>;

export const listeners = probe('listeners', {
  sentence: 'Listening sockets with their program and unit',
  cadence: 'minutes',
  costMs: 25,
  privilege: 'the programs of other users’ sockets',
  reading: z.strictObject({ read: z.boolean(), listeners: z.array(listener).max(1024) }),
  async gather(host, unreadable) {
    const ran = await host.run('ss', ['-H', '-lntupe']);
    if (ran?.code !== 0) {
      couldNot('listening ports', ran, unreadable);
      return { read: false, listeners: [] };
    }
    return { read: true, listeners: parseListeners(ran.stdout).slice(0, 1024) };
  },
});

export function parseListeners(text: string): Listener[] {
  return lines(text).flatMap((line) => {
    const [protocol, , , , local] = line.trim().split(/\s+/, 6);
    if ((protocol !== 'tcp' && protocol !== 'udp') || local === undefined) return [];
    const colon = local.lastIndexOf(':');
    const port = Number(local.slice(colon + 1));
    if (!Number.isInteger(port)) return [];
    return [
      {
        protocol,
        address: local
          .slice(0, colon)
          .replace(/^\[(.*)\]$/, '$1')
          .slice(0, 64),
        port,
        process: /users:\(\("([^"]{1,64})",pid=/.exec(line)?.[1] ?? null,
        unit: /cgroup:\S*?\/([^/\s]{1,120}\.(?:service|socket|scope))/.exec(line)?.[1] ?? null,
      },
    ];
  });
}

/** Reached from other machines: not loopback, not link-local. */
export const isPublic = ({ address }: Pick<Listener, 'address'>): boolean =>
  !/^127\.|^\[?::1|^fe80:|^::ffff:127\.|%lo$/.test(address);

/** How the inventory names a port. */
export const portItem = ({ protocol, port, address }: Pick<Listener, 'protocol' | 'port' | 'address'>): string =>
  `${protocol}/${port} on ${address}`;
