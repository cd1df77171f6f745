// Modules that are loaded into what serves everybody: the kernel, PHP, nginx. A rootkit is one of them, and so is the extension
// that somebody tried last year.
import { z } from 'zod';
import { couldNot, lines, probe, said } from '../probe.ts';
import { readWebServer } from './web-server.ts';

const PHP_PLACES = ['/etc/php', '/etc/php.d', '/opt/plesk/php', '/opt/cpanel'];
const MOST = 600;

export const modules = probe('modules', {
  sentence: 'Modules of the kernel, of each PHP and of nginx',
  cadence: 'hourly',
  costMs: 60,
  privilege: 'settings of nginx that others may not read',
  reading: z.strictObject({
    /** null: it could not be read. */
    kernel: z.array(said(80)).max(MOST).nullable(),
    php: z.array(z.strictObject({ version: said(10), name: said(80) })).max(MOST),
    nginx: z.array(said(120)).max(100).nullable(),
  }),
  async gather(host, unreadable) {
    // By grep, because the kernel gives this file out page by page.
    const kernel = await host.run('grep', ['-oE', '^[A-Za-z0-9_]+', '/proc/modules']);
    // 1: there are none.
    const read = kernel !== undefined && kernel.code <= 1;
    if (!read) couldNot('/proc/modules', kernel, unreadable);
    const files = await host.run('find', [...PHP_PLACES, '-name', '*.ini', '-path', '*.d/*', '-printf', '%p\\n']);
    const web = await readWebServer(host, unreadable);
    return {
      kernel: read ? lines(kernel.stdout).sort().slice(0, MOST) : null,
      php: phpModules(lines(files?.stdout ?? '')).slice(0, MOST),
      nginx: web.complete ? [...new Set(web.modules)].sort() : null,
    };
  },
});

/** Once per version, whichever of its programs loads it: `/etc/php/8.2/fpm/conf.d/20-curl.ini`, `/opt/plesk/php/8.3/etc/php.d/curl.ini`. */
function phpModules(paths: readonly string[]): { version: string; name: string }[] {
  const found = new Map<string, { version: string; name: string }>();
  for (const path of paths) {
    const version = /\/php\/(\d\.\d)\//.exec(path)?.[1] ?? path.replace(/^.*\/ea-php(\d)(\d)\/.*$|^.*$/, '$1.$2');
    const name = /\/(?:\d+-)?([\w-]+)\.ini$/.exec(path)?.[1];
    if (name !== undefined) found.set(`${version} ${name}`, { version: version === '.' ? '' : version, name });
  }
  return [...found.keys()].sort().flatMap((key) => found.get(key) ?? []);
}
