// WordPress's own program files as one short digest per folder: enough to say which folder is not as it was released, and
// little enough to be told by every server. What is beside them (themes, plugins, wp-config.php) is each site's own.
import { sha256Hex } from '@muster/kernel/hashing';

const CORE = /^(?:wp-admin|wp-includes)\/.+\.php$|^(?:wp-[\w-]+|index|xmlrpc)\.php$/;
const OF_THE_SITE: readonly string[] = ['wp-config.php', 'wp-config-sample.php'];
const TOP = '/';
const DIGITS = 24;

export const isCoreFile = (path: string): boolean => CORE.test(path) && !OF_THE_SITE.includes(path);

/** `wp-includes/blocks/a/b.php` belongs to `wp-includes/blocks`, `wp-login.php` to `/`. */
function folderOf(path: string): string {
  const folders = path.split('/').slice(0, -1);
  return folders.length === 0 ? TOP : folders.slice(0, 2).join('/');
}

/** Of md5 sums by path below the site's root, as md5sum prints them and WordPress publishes them. */
export function coreFolders(sums: Readonly<Record<string, string>>): Record<string, string> {
  const core = Object.entries(sums).filter(([path]) => isCoreFile(path));
  const byFolder = Map.groupBy(core, ([path]) => folderOf(path));
  return Object.fromEntries(
    [...byFolder]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([folder, files]) => {
        const said = files.map(([path, sum]) => `${sum}  ${path}`).toSorted();
        return [folder, sha256Hex(said.join('\n')).slice(0, DIGITS)];
      }),
  );
}
