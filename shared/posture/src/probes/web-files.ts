// Files below web roots and homes that others may write or read, and dumps that lie where the web server serves. Names
// only: nothing is opened.
import { z } from 'zod';
import { FIND_FORMAT, couldNot, octal, parseStats, probe, said } from '../probe.ts';
import type { Stat } from '../probe.ts';

export const WEB_ROOTS = ['/var/www', '/srv/www', '/srv/http', '/usr/share/nginx/html'];
const MOST = 200;

const foundFile = z.strictObject({ path: said(300), mode: said(5), owner: said(64) });

export const webFiles = probe('web-files', {
  sentence: 'World-writable files, secrets that others may read, and dumps inside web roots',
  cadence: 'daily',
  costMs: 4000,
  privilege: 'folders of sites that others may not enter',
  reading: z.strictObject({
    roots: z.array(said(120)).max(20),
    writable: z.array(foundFile).max(MOST),
    secrets: z.array(foundFile).max(MOST),
    dumps: z.array(foundFile.extend({ bytes: z.int().nonnegative() })).max(MOST),
    /** Of each site the first file or folder that more may write or run than should; null before it was looked for. */
    loose: z
      .array(z.strictObject({ folder: said(120), path: said(300), mode: said(5) }))
      .max(MOST)
      .nullable()
      .default(null),
    complete: z.boolean(),
  }),
  async gather(host, unreadable) {
    const present = await host.run('find', [...WEB_ROOTS, '-maxdepth', '0', '-type', 'd', '-printf', '%p\\n']);
    const roots = (present?.stdout ?? '').split('\n').filter((path) => path !== '');
    if (roots.length === 0) return { roots: [], writable: [], secrets: [], dumps: [], loose: [], complete: true };
    let complete = true;
    const find = async (what: string, args: readonly string[]): Promise<Stat[]> => {
      const ran = await host.run('find', [...roots, '-xdev', ...args, '-printf', FIND_FORMAT]);
      if (ran?.code !== 0) {
        complete = false;
        couldNot(what, ran, unreadable);
      }
      return parseStats(ran?.stdout ?? '');
    };
    const writable = await find('files that others may write', [
      '!',
      '-type',
      'l',
      '-perm',
      '-0002',
      '!',
      '-perm',
      '-1000',
    ]);
    const secrets = await find('secrets', [
      '-type',
      'f',
      '-perm',
      '/0007',
      '(',
      ...SECRETS.flatMap((name, index) => [...(index === 0 ? [] : ['-o']), '-name', name]),
      ')',
    ]);
    // What everybody may write is told by itself.
    const loose = await find('modes', [
      '(',
      ...['-type', 'f', '-perm', '/0131', '-o', '-type', 'd', '-perm', '-0020'],
      ')',
      ...['!', '-perm', '-0002'],
    ]);
    const dumps = await host.run('find', [
      ...roots,
      '-xdev',
      '-type',
      'f',
      '-size',
      '+1023k',
      '(',
      ...DUMPS.flatMap((name, index) => [...(index === 0 ? [] : ['-o']), '-name', name]),
      ')',
      '-printf',
      `%s ${FIND_FORMAT}`,
    ]);
    return {
      roots,
      writable: writable.slice(0, MOST).map(shown),
      secrets: secrets.slice(0, MOST).map(shown),
      dumps: parseSized(dumps?.stdout ?? '').slice(0, MOST),
      loose: firstOfEach(loose, roots).slice(0, MOST),
      complete,
    };
  },
});

const SECRETS = ['.env', '.env.*', '*.pem', '*.key', '*.sql', '.my.cnf', '.pgpass', 'id_rsa', 'id_ed25519'];
const DUMPS = ['*.sql', '*.sql.gz', '*.sql.zst', '*.tar', '*.tar.gz', '*.tgz', '*.zip', '*.bak', '*.dump'];

const shown = ({ path, mode, user }: Stat): z.infer<typeof foundFile> => ({
  path: path.slice(0, 300),
  mode: octal(mode),
  owner: user.slice(0, 64),
});

/** A site is a folder below a web root. */
function firstOfEach(stats: readonly Stat[], roots: readonly string[]) {
  const first = new Map<string, { folder: string; path: string; mode: string }>();
  for (const { path, mode } of stats.toSorted((a, b) => a.path.localeCompare(b.path))) {
    const root = roots.find((one) => path === one || path.startsWith(`${one}/`)) ?? '';
    const folder = [root, path.slice(root.length).split('/')[1] ?? ''].join('/').replace(/\/$/, '').slice(0, 120);
    if (!first.has(folder)) first.set(folder, { folder, path: path.slice(0, 300), mode: octal(mode) });
  }
  return [...first.values()];
}

const parseSized = (text: string): (z.infer<typeof foundFile> & { bytes: number })[] =>
  text.split('\n').flatMap((line) => {
    const space = line.indexOf(' ');
    return parseStats(line.slice(space + 1)).map((stat) => ({ ...shown(stat), bytes: Number(line.slice(0, space)) }));
  });
