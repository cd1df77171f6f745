// Switches of the running kernel, as `sysctl` tells them.
import { z } from 'zod';
import { couldNot, lines, probe, said } from '../probe.ts';

export const MEMORY = [
  'kernel.randomize_va_space',
  'kernel.yama.ptrace_scope',
  'fs.suid_dumpable',
  'kernel.kptr_restrict',
  'kernel.dmesg_restrict',
  'kernel.unprivileged_bpf_disabled',
] as const;
export const NETWORK = [
  'net.ipv4.tcp_syncookies',
  'net.ipv4.conf.all.rp_filter',
  'net.ipv4.conf.all.accept_redirects',
  'net.ipv4.conf.all.secure_redirects',
  'net.ipv4.conf.all.send_redirects',
  'net.ipv4.conf.all.accept_source_route',
  'net.ipv4.icmp_echo_ignore_broadcasts',
  'net.ipv6.conf.all.accept_redirects',
  'net.ipv6.conf.all.accept_source_route',
] as const;

export const kernelSettings = probe('kernel-settings', {
  sentence: 'Switches that protect memory and the network stack',
  cadence: 'daily',
  costMs: 5,
  privilege: null,
  reading: z.strictObject({ values: z.record(said(80), z.int()), read: z.boolean() }),
  async gather(host, unreadable) {
    const ran = await host.run('sysctl', ['-e', ...MEMORY, ...NETWORK]);
    if (ran === undefined) couldNot('sysctl', ran, unreadable);
    return { values: parseSysctl(ran?.stdout ?? ''), read: ran !== undefined };
  },
});

export const parseSysctl = (text: string): Record<string, number> =>
  Object.fromEntries(
    lines(text).flatMap((line) => {
      const [key, value] = line.split(/\s*=\s*/);
      return key === undefined || !/^-?\d+$/.test(value ?? '') ? [] : [[key, Number(value)]];
    }),
  );
