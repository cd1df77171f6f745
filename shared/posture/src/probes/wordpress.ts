// WordPress by its files and, where the database answers, by its options: versions, switches, who administrates, and PHP
// where only pictures belong. The password in wp-config.php is passed over; of the database no text of anybody is read.
import { z } from 'zod';
import { firstSeen } from '../first-seen.ts';
import type { ProbedHost } from '../host.ts';
import { couldNot, lines, octal, parseStats, probe, said, FIND_FORMAT } from '../probe.ts';
import type { UnreadablePart } from '../probe.ts';
import { WEB_ROOTS } from './web-files.ts';

const MOST_SITES = 200;

const extension = z.strictObject({
  kind: z.enum(['plugin', 'theme']),
  slug: said(120),
  version: said(40),
  /** null: the database did not say. */
  active: z.boolean().nullable(),
});

const site = z.strictObject({
  root: said(300),
  version: said(20),
  config: z.strictObject({ path: said(300), mode: said(5), owner: said(64), group: said(64) }).nullable(),
  fileEditing: z.boolean().nullable(),
  debug: z.boolean().nullable(),
  debugLog: z.boolean(),
  extensions: z.array(extension).max(300),
  /** PHP in the folder of uploads, by its name or inside a picture. */
  shells: z.array(z.strictObject({ path: said(300), how: z.enum(['php file', 'php inside another type']) })).max(50),
  administrators: z
    .array(z.strictObject({ login: said(60), newSince: z.int().nonnegative().nullable() }))
    .max(200)
    .nullable(),
});
export type WordPressSite = z.infer<typeof site>;

export const wordpress = probe('wordpress', {
  sentence:
    'WordPress sites: versions, switches of wp-config.php, plugins and themes, administrators, and PHP in uploads',
  cadence: 'hourly',
  costMs: 800,
  privilege: 'wp-config.php of sites, the database’s root account',
  onChange: true,
  reading: z.strictObject({ sites: z.array(site).max(MOST_SITES), complete: z.boolean() }),
  async gather(host, unreadable) {
    const found = await wordPressRoots(host, unreadable);
    let { complete } = found;
    const sites: WordPressSite[] = [];
    for (const root of found.roots) {
      const before = unreadable.length;
      sites.push(await describe(host, root, unreadable));
      if (unreadable.length > before) complete = false;
    }
    return { sites: await withNews(host, sites), complete };
  },
});

/** Folders of sites. `complete` false: some folders could not be entered. */
export async function wordPressRoots(
  host: ProbedHost,
  unreadable: UnreadablePart[],
): Promise<{ readonly roots: readonly string[]; readonly complete: boolean }> {
  const present = await host.run('find', [...WEB_ROOTS, '/home', '-maxdepth', '0', '-printf', '%p\\n']);
  const places = lines(present?.stdout ?? '');
  if (places.length === 0) return { roots: [], complete: true };
  const found = await host.run('find', [
    ...places,
    '-maxdepth',
    '8',
    '-path',
    '*/wp-includes/version.php',
    '-printf',
    '%p\\n',
  ]);
  const complete = found?.code === 0;
  if (!complete) couldNot('web roots', found, unreadable);
  const roots = lines(found?.stdout ?? '').map((path) => path.replace(/\/wp-includes\/version\.php$/, ''));
  return { roots: roots.slice(0, MOST_SITES), complete };
}

/** One ledger for all sites; while a database does not answer nothing is forgotten. */
async function withNews(host: ProbedHost, sites: readonly WordPressSite[]): Promise<WordPressSite[]> {
  const all = sites.flatMap(({ root, administrators }) =>
    (administrators ?? []).map(({ login }) => `${root} ${login}`),
  );
  const complete = sites.every(({ administrators }) => administrators !== null);
  const seen = await firstSeen(host, 'wordpress-administrators', all, complete);
  return sites.map((site) => ({
    ...site,
    administrators:
      site.administrators?.map(({ login }) => ({ login, newSince: seen.newSince(`${site.root} ${login}`) })) ?? null,
  }));
}

async function describe(host: ProbedHost, root: string, unreadable: UnreadablePart[]): Promise<WordPressSite> {
  const version = await host.read(`${root}/wp-includes/version.php`);
  const config = await configOf(host, root, unreadable);
  const asked = config === null ? null : await asDatabase(host, root, config, unreadable);
  const log = await host.run('find', [`${root}/wp-content/debug.log`, '-printf', '%p\\n']);
  return {
    root: root.slice(0, 300),
    version: (version.state === 'read' ? (/\$wp_version\s*=\s*'([^']+)'/.exec(version.text)?.[1] ?? '') : '').slice(
      0,
      20,
    ),
    config: config?.file ?? null,
    fileEditing:
      config?.defines == null
        ? null
        : !isOn(config.defines, 'DISALLOW_FILE_EDIT') && !isOn(config.defines, 'DISALLOW_FILE_MODS'),
    debug: config?.defines == null ? null : isOn(config.defines, 'WP_DEBUG'),
    debugLog: (log?.stdout ?? '') !== '',
    extensions: await extensionsOf(host, root, asked?.active ?? null),
    shells: await shellsIn(host, `${root}/wp-content/uploads`),
    administrators: asked?.logins.map((login) => ({ login, newSince: null })) ?? null,
  };
}

interface Config {
  readonly file: { path: string; mode: string; owner: string; group: string };
  readonly defines: ReadonlyMap<string, string> | null;
  readonly prefix: string;
}

/** WordPress looks in its own folder and in the one above. */
async function configOf(host: ProbedHost, root: string, unreadable: UnreadablePart[]): Promise<Config | null> {
  const paths = [`${root}/wp-config.php`, `${root.slice(0, root.lastIndexOf('/'))}/wp-config.php`];
  const stats = await host.run('find', [...paths, '-maxdepth', '0', '-printf', FIND_FORMAT]);
  const [stat] = parseStats(stats?.stdout ?? '');
  if (stat === undefined) return null;
  const file = {
    path: stat.path.slice(0, 300),
    mode: octal(stat.mode),
    owner: stat.user.slice(0, 64),
    group: stat.group.slice(0, 64),
  };
  const read = await host.read(stat.path);
  if (read.state === 'unreadable') unreadable.push({ what: stat.path.slice(0, 80), why: read.why.slice(0, 200) });
  if (read.state !== 'read') return { file, defines: null, prefix: 'wp_' };
  const code = read.text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*(?:\/\/|#).*$/gm, '');
  return {
    file,
    defines: parseDefines(code),
    prefix: /\$table_prefix\s*=\s*['"]([^'"]+)['"]/.exec(code)?.[1] ?? 'wp_',
  };
}

/** Constants whose values are switches or names; never those of passwords, keys and salts. */
const DEFINES =
  /define\s*\(\s*['"](DB_NAME|WP_DEBUG|DISALLOW_FILE_EDIT|DISALLOW_FILE_MODS)['"]\s*,\s*(?:['"]([\w.-]{0,64})['"]|(\w{1,10}))\s*\)/gi;

export const parseDefines = (code: string): ReadonlyMap<string, string> =>
  new Map([...code.matchAll(DEFINES)].map(([, name = '', quoted, bare]) => [name.toUpperCase(), quoted ?? bare ?? '']));

const isOn = (defines: ReadonlyMap<string, string>, name: string): boolean =>
  /^(?:true|1)$/i.test(defines.get(name) ?? '');

async function asDatabase(host: ProbedHost, root: string, { defines, prefix }: Config, unreadable: UnreadablePart[]) {
  const database = defines?.get('DB_NAME') ?? '';
  if (!/^[\w-]{1,64}$/.test(database) || !/^\w{1,40}$/.test(prefix)) return null;
  const ask = (sql: string) =>
    host.run('mariadb', ['--batch', '--skip-column-names', '--connect-timeout=5', '-e', sql]);
  const admins = await ask(
    `select u.user_login from \`${database}\`.${prefix}users u join \`${database}\`.${prefix}usermeta m on m.user_id = u.ID ` +
      `where m.meta_key = '${prefix}capabilities' and m.meta_value like '%"administrator"%' order by 1 limit 200`,
  );
  if (admins?.code !== 0) {
    if (admins !== undefined) couldNot(`the database of ${root}`, admins, unreadable);
    return null;
  }
  const options = await ask(
    `select option_value from \`${database}\`.${prefix}options where option_name in ('active_plugins', 'stylesheet', 'template')`,
  );
  return {
    logins: lines(admins.stdout).map((login) => login.slice(0, 60)),
    active: options?.code === 0 ? activeIn(options.stdout) : null,
  };
}

/** PHP's serialized list (`s:19:"akismet/akismet.php"`) for plugins, a bare word for the theme and its parent. */
const activeIn = (text: string): ReadonlySet<string> =>
  new Set([
    ...[...text.matchAll(/"([^"/]+)(?:\/[^"]*)?"/g)].map(([, slug]) => (slug ?? '').replace(/\.php$/, '')),
    ...lines(text).filter((line) => /^[\w-]+$/.test(line)),
  ]);

async function extensionsOf(host: ProbedHost, root: string, active: ReadonlySet<string> | null) {
  const content = `${root}/wp-content`;
  const files = await host.run('find', [
    `${content}/plugins`,
    '-mindepth',
    '1',
    '-maxdepth',
    '2',
    '-name',
    '*.php',
    '-printf',
    '%p\\n',
  ]);
  const styles = await host.run('find', [
    `${content}/themes`,
    '-mindepth',
    '2',
    '-maxdepth',
    '2',
    '-name',
    'style.css',
    '-printf',
    '%p\\n',
  ]);
  const all = [
    ...lines(files?.stdout ?? '').filter((path) => !path.endsWith('/index.php')),
    ...lines(styles?.stdout ?? ''),
  ].slice(0, 800);
  if (all.length === 0) return [];
  const heads = await host.run('grep', [
    '-HiE',
    '-m',
    '12',
    '^[ \\t/*#@]*(Plugin Name|Theme Name|Version):',
    '--',
    ...all,
  ]);
  return parseHeads(heads?.stdout ?? '', content)
    .map((one) => ({ ...one, active: active === null ? null : active.has(one.slug) }))
    .slice(0, 300);
}

/** Only a file that gives itself a name is a plugin's main file. */
export function parseHeads(
  text: string,
  content: string,
): { kind: 'plugin' | 'theme'; slug: string; version: string }[] {
  const byFile = new Map<string, { named: boolean; version: string }>();
  for (const line of lines(text)) {
    const [, file, key, value] =
      /^(.*?\.(?:php|css)):[ \t/*#@]*(Plugin Name|Theme Name|Version):\s*(.*)$/i.exec(line) ?? [];
    if (file === undefined || key === undefined) continue;
    const known = byFile.get(file) ?? { named: false, version: '' };
    byFile.set(
      file,
      /name/i.test(key) ? { ...known, named: true } : { ...known, version: known.version || (value ?? '').trim() },
    );
  }
  return [...byFile].flatMap(([file, { named, version }]) => {
    const [, folder, name = ''] = /^\/(plugins|themes)\/([^/]+)/.exec(file.slice(content.length)) ?? [];
    if (!named || folder === undefined) return [];
    return [
      {
        kind: folder === 'plugins' ? ('plugin' as const) : ('theme' as const),
        slug: name.replace(/\.php$/, '').slice(0, 120),
        version: version.slice(0, 40),
      },
    ];
  });
}

async function shellsIn(host: ProbedHost, uploads: string) {
  const named = await host.run('find', [
    uploads,
    '-type',
    'f',
    '-regextype',
    'posix-extended',
    '-iregex',
    '.*\\.(php[3-8]?|phtml|phar|pht)',
    // What plugins leave there so that a folder is not listed holds a comment and nothing else.
    '!',
    '(',
    '-name',
    'index.php',
    '-size',
    '-65c',
    ')',
    '-printf',
    '%p\\n',
  ]);
  const inside = await host.run('grep', [
    '-rlIaE',
    '-m',
    '1',
    '--include=*.gif',
    '--include=*.jpg',
    '--include=*.jpeg',
    '--include=*.png',
    '--include=*.ico',
    '--include=*.svg',
    '--include=*.txt',
    '<\\?php|<\\?=',
    uploads,
  ]);
  return [
    ...lines(named?.stdout ?? '').map((path) => ({ path: path.slice(0, 300), how: 'php file' as const })),
    ...lines(inside?.stdout ?? '').map((path) => ({
      path: path.slice(0, 300),
      how: 'php inside another type' as const,
    })),
  ].slice(0, 50);
}
