// What runs by itself: cron entries and units. A line that looks like a payload is told by its place and by which pattern
// it met, never by its text: commands carry passwords.
import { z } from 'zod';
import { FIND_FORMAT, couldNot, lines, octal, parseStats, probe, said } from '../probe.ts';

const CRON = [
  '/etc/crontab',
  '/etc/anacrontab',
  '/etc/cron.d',
  '/etc/cron.hourly',
  '/etc/cron.daily',
  '/etc/cron.weekly',
  '/etc/cron.monthly',
  '/var/spool/cron',
];
const UNITS = ['/etc/systemd/system', '/run/systemd/system', '/etc/rc.local', '/etc/init.d'];
const MOST_FILES = 400;

export const PATTERNS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['download piped into a shell', /\b(?:curl|wget|fetch)\b[^\n|]*\|\s*(?:sudo\s+)?(?:\S*\/)?(?:ba|da|z|k)?sh\b/],
  ['decoded and run', /\bbase64\s+(?:-d|--decode)\b[^\n]*\|\s*(?:\S*\/)?(?:ba|da|z)?sh\b/],
  ['shell over a socket', /\/dev\/(?:tcp|udp)\//],
  ['program in a folder that anybody may write', /(?:^|[\s;&|=@+-])\/(?:tmp|dev\/shm|var\/tmp)\/\S+/],
];

const suspicion = z.strictObject({ path: said(200), line: z.int().positive(), pattern: said(60) });

export const scheduled = probe('scheduled', {
  sentence: 'Cron entries and units: payloads by pattern, and units that no package brought',
  cadence: 'hourly',
  costMs: 250,
  privilege: 'crontabs of others',
  onChange: true,
  reading: z.strictObject({
    suspicions: z.array(suspicion).max(200),
    unowned: z
      .array(z.strictObject({ path: said(200), mode: said(5), owner: said(64) }))
      .max(200)
      .nullable(),
    preload: z.array(said(200)).max(20).nullable(),
    files: z.int().nonnegative(),
    complete: z.boolean(),
  }),
  async gather(host, unreadable) {
    const found = await host.run('find', [...CRON, ...UNITS, '-maxdepth', '2', '-type', 'f', '-printf', FIND_FORMAT]);
    const files = parseStats(found?.stdout ?? '').slice(0, MOST_FILES);
    const suspicions: z.infer<typeof suspicion>[] = [];
    let complete = !/Permission denied/.test(found?.stderr ?? '');
    if (!complete) couldNot('cron and units', found, unreadable);
    for (const { path } of files) {
      const file = await host.read(path);
      if (file.state === 'unreadable') {
        complete = false;
        unreadable.push({ what: path.slice(0, 80), why: file.why.slice(0, 200) });
      }
      if (file.state === 'read') suspicions.push(...suspicionsIn(path, file.text));
    }
    const units = files.filter(({ path }) =>
      /^\/(?:etc|run)\/systemd\/system\/[^/]+\.(?:service|timer|socket|path)$/.test(path),
    );
    const preload = await host.read('/etc/ld.so.preload');
    if (preload.state === 'unreadable') unreadable.push({ what: '/etc/ld.so.preload', why: preload.why.slice(0, 200) });
    const strange = await unowned(
      host,
      units.map(({ path }) => path),
    );
    return {
      suspicions: suspicions.slice(0, 200),
      unowned:
        strange === null
          ? null
          : units
              .filter(({ path }) => strange.has(path))
              .map(({ path, mode, user }) => ({
                path: path.slice(0, 200),
                mode: octal(mode),
                owner: user.slice(0, 64),
              })),
      preload:
        preload.state === 'unreadable'
          ? null
          : preload.state === 'absent'
            ? []
            : lines(preload.text)
                .map((line) => line.slice(0, 200))
                .slice(0, 20),
      files: files.length,
      complete,
    };
  },
});

export function suspicionsIn(path: string, text: string): z.infer<typeof suspicion>[] {
  return text.split('\n').flatMap((line, index) => {
    if (/^\s*(#|;)/.test(line)) return [];
    const met = PATTERNS.find(([, pattern]) => pattern.test(line));
    return met === undefined ? [] : [{ path: path.slice(0, 200), line: index + 1, pattern: met[0] }];
  });
}

/** Paths that dpkg does not know; null where there is no dpkg. */
async function unowned(
  host: { run: (tool: 'dpkg-query', args: readonly string[]) => Promise<{ stdout: string } | undefined> },
  paths: readonly string[],
): Promise<Set<string> | null> {
  if (paths.length === 0) return new Set();
  const ran = await host.run('dpkg-query', ['--search', ...paths]);
  if (ran === undefined) return null;
  const owned = new Set(lines(ran.stdout).map((line) => line.slice(line.indexOf(': ') + 2)));
  return new Set(paths.filter((path) => !owned.has(path)));
}
