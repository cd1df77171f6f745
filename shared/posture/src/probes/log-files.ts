// Whether logs lost what they held: a file that is shorter than it was, without having been rotated, was cut by somebody.
import { z } from 'zod';
import { hostTime } from '../first-seen.ts';
import { couldNot, lines, probe, said } from '../probe.ts';

const FILES = [
  '/var/log/auth.log',
  '/var/log/syslog',
  '/var/log/secure',
  '/var/log/messages',
  '/var/log/wtmp',
  '/var/log/btmp',
  '/var/log/lastlog',
  '/var/log/audit/audit.log',
];
const LEDGER = 'log-files';
const KEEP_SECONDS = 30 * 86_400;

const cut = z.strictObject({ path: said(120), at: z.int().nonnegative(), fromBytes: z.number(), toBytes: z.number() });
const ledger = z.strictObject({
  sizes: z.record(z.string(), z.strictObject({ inode: z.number(), bytes: z.number() })),
  cuts: z.array(cut),
});

export const logFiles = probe('log-files', {
  sentence: 'Logs that became shorter without having been rotated',
  cadence: 'minutes',
  costMs: 10,
  privilege: null,
  reading: z.strictObject({ seen: z.int().nonnegative(), cuts: z.array(cut).max(50) }),
  async gather(host, unreadable) {
    const ran = await host.run('stat', ['-c', '%i %s %n', ...FILES]);
    if (ran === undefined) couldNot('logs', ran, unreadable);
    const now = await hostTime(host);
    const before = recalled(await host.recall(LEDGER));
    const sizes: Record<string, { inode: number; bytes: number }> = {};
    const cuts = before.cuts.filter(({ at }) => now - at < KEEP_SECONDS);
    for (const line of lines(ran?.stdout ?? '')) {
      const [, inode, bytes, path = ''] = /^(\d+) (\d+) (\S+)$/.exec(line) ?? [];
      const last = before.sizes[path];
      sizes[path] = { inode: Number(inode), bytes: Number(bytes) };
      if (last?.inode === Number(inode) && Number(bytes) < last.bytes) {
        cuts.push({ path, at: now, fromBytes: last.bytes, toBytes: Number(bytes) });
      }
    }
    await host.keep(LEDGER, JSON.stringify({ sizes, cuts: cuts.slice(-50) }));
    return { seen: Object.keys(sizes).length, cuts: cuts.slice(-50) };
  },
});

function recalled(text: string | null): z.infer<typeof ledger> {
  try {
    return ledger.parse(JSON.parse(text ?? ''));
  } catch {
    return { sizes: {}, cuts: [] };
  }
}
