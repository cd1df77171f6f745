// PHP-FPM's versions and pools: which user runs which pool, and what visitors are shown of errors.
import { z } from 'zod';
import { lines, probe, said, textOf } from '../probe.ts';

const PLACES = ['/usr/sbin', '/opt/plesk/php', '/opt/cpanel', '/opt/alt', '/usr/local'];

const pool = z.strictObject({
  name: said(80),
  file: said(300),
  version: said(10),
  user: said(64),
  listen: said(200),
  displayErrors: z.boolean(),
});
export type PhpPool = z.infer<typeof pool>;

export const php = probe('php', {
  sentence: 'PHP-FPM versions on the server, their pools with their users, and whether errors are shown',
  cadence: 'daily',
  costMs: 40,
  privilege: null,
  reading: z.strictObject({
    versions: z.array(said(10)).max(30),
    pools: z.array(pool).max(500),
    complete: z.boolean(),
  }),
  async gather(host, unreadable) {
    const before = unreadable.length;
    const found = await host.run('find', [
      ...PLACES,
      '-maxdepth',
      '5',
      '-type',
      'f',
      '-name',
      'php-fpm*',
      '-perm',
      '/0111',
      '-printf',
      '%p\\n',
    ]);
    const versions = [...new Set(lines(found?.stdout ?? '').flatMap((path) => versionIn(path) ?? []))].sort();
    const files = await host.run('find', [
      '/etc/php',
      '/opt/plesk/php',
      '/opt/cpanel',
      '-path',
      '*fpm*.d/*.conf',
      '-type',
      'f',
      '-printf',
      '%p\\n',
    ]);
    const pools: PhpPool[] = [];
    for (const file of lines(files?.stdout ?? '').slice(0, 300)) {
      const version = versionIn(file);
      if (version === undefined || !versions.includes(version)) continue;
      const ini = (await textOf(host, file.replace(/\/[^/]+\.d\/[^/]+$/, '/php.ini'), unreadable)) ?? '';
      pools.push(...parsePools(file, version, (await textOf(host, file, unreadable)) ?? '', errorsShown(ini)));
    }
    return { versions, pools: pools.slice(0, 500), complete: unreadable.length === before };
  },
});

/** `/usr/sbin/php-fpm8.2`, `/etc/php/8.2/fpm`, `/opt/plesk/php/8.2/sbin/php-fpm`, `/opt/cpanel/ea-php82/root/usr/sbin/php-fpm`. */
function versionIn(path: string): string | undefined {
  const dotted = /(?:php-fpm|\/php\/)(\d\.\d)/.exec(path)?.[1];
  const short = /\/(?:ea-|alt-)?php(\d)(\d)\//.exec(path);
  return dotted ?? (short === null ? undefined : `${short[1]}.${short[2]}`);
}

const errorsShown = (ini: string): boolean => /^\s*display_errors\s*=\s*(?:on|1|true|stdout)\b/im.test(ini);

export function parsePools(file: string, version: string, text: string, shownByDefault: boolean): PhpPool[] {
  const pools: PhpPool[] = [];
  for (const section of text.split(/^\s*\[/m).slice(1)) {
    const name = section.slice(0, section.indexOf(']'));
    if (name === 'global') continue;
    const value = (key: string): string => new RegExp(`^\\s*${key}\\s*=\\s*(.+?)\\s*$`, 'm').exec(section)?.[1] ?? '';
    const own = /^\s*php_(?:admin_)?(?:flag|value)\[display_errors\]\s*=\s*(\S+)/im.exec(section)?.[1];
    pools.push({
      name: name.slice(0, 80),
      file: file.slice(0, 300),
      version,
      user: value('user').replaceAll('$pool', name).slice(0, 64),
      listen: value('listen').replaceAll('$pool', name).slice(0, 200),
      displayErrors: own === undefined ? shownByDefault : /^(?:on|1|true|stdout)$/i.test(own),
    });
  }
  return pools;
}
