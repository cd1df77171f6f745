// Whether what happens is written down and kept, and whether the clock that dates it is right.
import { z } from 'zod';
import { FIND_FORMAT, couldNot, lines, parseStats, probe, said, textOf } from '../probe.ts';

export const logging = probe('logging', {
  sentence: 'Where the journal is kept and since when, and whether the audit daemon has rules',
  cadence: 'daily',
  costMs: 60,
  privilege: 'the system journal and the audit rules',
  reading: z.strictObject({
    storage: said(20),
    persistent: z.boolean(),
    /** Oldest entry, seconds since 1970; null when it may not be read. */
    oldestAt: z.int().nonnegative().nullable(),
    maxRetention: said(40).nullable(),
    /** A text log beside the journal. */
    syslog: z.boolean(),
    audit: z.strictObject({
      installed: z.boolean(),
      enabled: z.boolean().nullable(),
      rules: z.int().nonnegative().nullable(),
      watches: z.array(said(120)).max(100),
    }),
  }),
  async gather(host, unreadable) {
    const listed = await host.run('find', [
      '/etc/systemd/journald.conf.d',
      '/usr/lib/systemd/journald.conf.d',
      '-name',
      '*.conf',
      '-printf',
      FIND_FORMAT,
    ]);
    const paths = [
      '/etc/systemd/journald.conf',
      ...parseStats(listed?.stdout ?? '')
        .map(({ path }) => path)
        .sort(),
    ];
    const settings = new Map<string, string>();
    for (const path of paths) {
      for (const line of lines((await textOf(host, path, unreadable)) ?? '')) {
        const [, key, value] = /^\s*(\w+)\s*=\s*(\S+)/.exec(line) ?? [];
        if (key !== undefined && value !== undefined) settings.set(key, value);
      }
    }
    const folders = await host.run('find', [
      '/var/log/journal',
      '/var/log/syslog',
      '/var/log/auth.log',
      '-maxdepth',
      '0',
      '-printf',
      FIND_FORMAT,
    ]);
    const there = parseStats(folders?.stdout ?? '').map(({ path }) => path);
    const storage = (settings.get('Storage') ?? 'auto').toLowerCase();
    const header = await host.run('journalctl', ['--header', '--quiet']);
    if (header?.code !== 0) couldNot('the journal', header, unreadable);
    return {
      storage: storage.slice(0, 20),
      persistent: storage === 'persistent' || (storage === 'auto' && there.includes('/var/log/journal')),
      oldestAt: oldest(header?.stdout ?? ''),
      maxRetention: settings.get('MaxRetentionSec')?.slice(0, 40) ?? null,
      syslog: there.includes('/var/log/auth.log') || there.includes('/var/log/syslog'),
      audit: await auditOf(host, unreadable),
    };
  },
});

async function auditOf(host: Parameters<typeof textOf>[0], unreadable: Parameters<typeof textOf>[2]) {
  const status = await host.run('auditctl', ['-s']);
  if (status === undefined) return { installed: false, enabled: false, rules: 0, watches: [] };
  if (status.code !== 0) {
    couldNot('the audit rules', status, unreadable);
    return { installed: true, enabled: null, rules: null, watches: [] };
  }
  const rules = lines((await host.run('auditctl', ['-l']))?.stdout ?? '').filter((line) => line !== 'No rules');
  return {
    installed: true,
    enabled: /enabled [12]/.test(status.stdout),
    rules: rules.length,
    watches: rules.flatMap((rule) => /-w (\S+)/.exec(rule)?.[1]?.slice(0, 120) ?? []).slice(0, 100),
  };
}

/** Of all journal files the earliest head: `Head realtime timestamp: Fri 2026-11-20 21:46:03 UTC (6442c08fd0338)`. */
export function oldest(header: string): number | null {
  const heads = [...header.matchAll(/Head realtime timestamp: .*\(([0-9a-f]+)\)/g)].map(([, hex]) =>
    Number.parseInt(hex ?? '', 16),
  );
  return heads.length === 0 ? null : Math.floor(Math.min(...heads) / 1e6);
}
