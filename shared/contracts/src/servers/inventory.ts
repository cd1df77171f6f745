// The facts a server reports about itself. Everything here was said by the host: bounded, shown as text.
import { z } from 'zod';
import { hostText, timestamp } from '../values.ts';

export const listeningPort = z.strictObject({
  protocol: z.enum(['tcp', 'udp']),
  address: hostText(64),
  port: z.int().min(0).max(65535),
  /** Program that holds the socket, null when the reader lacked the right to see it. */
  process: hostText(64).nullable(),
  pid: z.int().nonnegative().nullable(),
  uid: z.int().nonnegative().nullable(),
  /** systemd unit from the socket's cgroup: the best label of an owner. */
  unit: hostText(128).nullable(),
});
export const disk = z.strictObject({
  mount: hostText(200),
  device: hostText(120),
  type: hostText(24),
  sizeBytes: z.number().nonnegative(),
  usedBytes: z.number().nonnegative(),
  inodes: z.number().nonnegative().nullable(),
  inodesUsed: z.number().nonnegative().nullable(),
});
export const networkInterface = z.strictObject({
  name: hostText(32),
  addresses: z.array(hostText(64)).max(64),
  rxBytes: z.number().nonnegative(),
  txBytes: z.number().nonnegative(),
  rxErrors: z.number().nonnegative(),
  txErrors: z.number().nonnegative(),
});
export const inventory = z.strictObject({
  at: timestamp,
  hostname: hostText(253),
  os: z.strictObject({ id: hostText(40), version: hostText(40), name: hostText(120) }),
  kernel: hostText(120),
  architecture: hostText(24),
  virtualization: hostText(40).nullable(),
  bootedAt: timestamp,
  cpu: z.strictObject({
    model: hostText(120),
    cores: z.int().nonnegative(),
    usedFraction: z.number().min(0).max(1).nullable(),
  }),
  load: z.tuple([z.number(), z.number(), z.number()]),
  memory: z.strictObject({
    totalBytes: z.number().nonnegative(),
    availableBytes: z.number().nonnegative(),
    swapTotalBytes: z.number().nonnegative(),
    swapFreeBytes: z.number().nonnegative(),
  }),
  disks: z.array(disk).max(64),
  interfaces: z.array(networkInterface).max(64),
  ports: z.array(listeningPort).max(1024),
  /** What could not be read and why, in words: silence would look like absence. */
  unreadable: z.array(z.strictObject({ what: hostText(80), why: hostText(200) })).max(40),
});
export type Inventory = z.infer<typeof inventory>;
