// Who may enter the databases of this server, and from where. Passwords and their hashes never leave: of each only whether
// there is one.
import { z } from 'zod';
import type { ProbedHost } from '../host.ts';
import { couldNot, lines, probe, said, textOf } from '../probe.ts';
import type { UnreadablePart } from '../probe.ts';

const mysqlAccount = z.strictObject({
  user: said(80),
  host: said(80),
  plugin: said(60),
  withoutPassword: z.boolean(),
  locked: z.boolean(),
  all: z.boolean(),
});
const hbaRule = z.strictObject({
  file: said(200),
  line: z.int().positive(),
  type: said(12),
  user: said(80),
  address: said(64),
  method: said(30),
});
const redis = z.strictObject({
  file: said(200),
  bind: z.array(said(64)).max(20),
  protectedMode: z.boolean(),
  password: z.boolean(),
});

export const databases = probe('databases', {
  sentence:
    'Accounts of MySQL or MariaDB, PostgreSQL’s rules of entry, and what guards Redis, memcached, MongoDB and Elasticsearch',
  cadence: 'daily',
  costMs: 150,
  privilege: 'the root account of MariaDB, pg_hba.conf, redis.conf',
  reading: z.strictObject({
    mysql: z.strictObject({ answers: z.boolean(), accounts: z.array(mysqlAccount).max(500) }).nullable(),
    postgres: z.strictObject({ read: z.boolean(), rules: z.array(hbaRule).max(500) }).nullable(),
    redis: z.array(redis).max(20).nullable(),
    /** Stores whose settings ask for no password: `memcached`, `mongod`, `elasticsearch`. */
    stores: z
      .array(z.strictObject({ store: said(40), file: said(200), authentication: z.boolean().nullable() }))
      .max(20),
  }),
  async gather(host, unreadable) {
    return {
      mysql: await mysqlOf(host, unreadable),
      postgres: await postgresOf(host, unreadable),
      redis: await redisOf(host, unreadable),
      stores: await storesOf(host, unreadable),
    };
  },
});

/** A column per field; no value of a secret is selected. */
const ACCOUNTS = `select user, host, coalesce(json_value(priv, '$.plugin'), ''),
 if(coalesce(json_value(priv, '$.authentication_string'), '') = '', 'empty', 'set'),
 if(coalesce(json_value(priv, '$.account_locked'), 'false') in ('1', 'true'), 'locked', 'open'),
 if((json_value(priv, '$.access') & 2) = 2, 'all', 'some') from mysql.global_priv where json_value(priv, '$.is_role') is null`;

async function mysqlOf(host: ProbedHost, unreadable: UnreadablePart[]) {
  const socket = await host.run('find', ['/run/mysqld/mysqld.sock', '-printf', '%p\\n']);
  if ((socket?.stdout ?? '') === '') return null;
  const ran = await host.run('mariadb', [
    '--batch',
    '--skip-column-names',
    '--connect-timeout=5',
    '-e',
    ACCOUNTS.replaceAll('\n', ''),
  ]);
  if (ran?.code !== 0) {
    couldNot('accounts of the database', ran, unreadable);
    return { answers: false, accounts: [] };
  }
  return { answers: true, accounts: parseAccounts(ran.stdout).slice(0, 500) };
}

/** Plugins that ask the system who somebody is need no password of their own. */
const BY_SYSTEM = /^(?:unix_socket|auth_socket|gssapi|pam)$/;

export function parseAccounts(text: string): z.infer<typeof mysqlAccount>[] {
  return lines(text).flatMap((line) => {
    const [user = '', from = '', plugin = '', password, lock, rights] = line.split('\t');
    if (rights === undefined) return [];
    return [
      {
        user: user.slice(0, 80),
        host: from.slice(0, 80),
        plugin: plugin.slice(0, 60),
        withoutPassword: password === 'empty' && !BY_SYSTEM.test(plugin),
        locked: lock === 'locked',
        all: rights === 'all',
      },
    ];
  });
}

async function postgresOf(host: ProbedHost, unreadable: UnreadablePart[]) {
  const found = await host.run('find', [
    '/etc/postgresql',
    '/var/lib/pgsql',
    '-maxdepth',
    '4',
    '-name',
    'pg_hba.conf',
    '-printf',
    '%p\\n',
  ]);
  const files = lines(found?.stdout ?? '');
  const hidden = /Permission denied/.test(found?.stderr ?? '');
  if (files.length === 0 && !hidden) return null;
  let read = !hidden;
  const rules: z.infer<typeof hbaRule>[] = [];
  for (const file of files.slice(0, 20)) {
    const text = await textOf(host, file, unreadable);
    if (text === null) read = false;
    else rules.push(...parseHba(file, text));
  }
  return { read, rules: rules.slice(0, 500) };
}

export function parseHba(file: string, text: string): z.infer<typeof hbaRule>[] {
  return text.split('\n').flatMap((raw, index) => {
    const [type = '', , user = '', ...rest] = raw.replace(/#.*$/, '').trim().split(/\s+/);
    if (!/^(?:local|host\w*)$/.test(type) || rest.length === 0) return [];
    const [address, method] =
      type === 'local' ? ['', rest[0]] : [rest[0], rest[rest.length > 2 && !/\//.test(rest[0] ?? '') ? 2 : 1]];
    return [
      {
        file: file.slice(0, 200),
        line: index + 1,
        type: type.slice(0, 12),
        user: user.slice(0, 80),
        address: (address ?? '').slice(0, 64),
        method: (method ?? '').slice(0, 30),
      },
    ];
  });
}

async function redisOf(host: ProbedHost, unreadable: UnreadablePart[]) {
  const found = await host.run('find', [
    '/etc/redis',
    '/etc/valkey',
    '/etc/redis.conf',
    '-maxdepth',
    '1',
    '-name',
    '*.conf',
    '-type',
    'f',
    '-printf',
    '%p\\n',
  ]);
  const files = lines(found?.stdout ?? '').filter((file) => !/sentinel/.test(file));
  if (/Permission denied/.test(found?.stderr ?? '')) {
    couldNot('settings of Redis', found, unreadable);
    return null;
  }
  const all: z.infer<typeof redis>[] = [];
  for (const file of files.slice(0, 20)) {
    const text = await textOf(host, file, unreadable);
    if (text === null) return null;
    all.push(parseRedis(file, text));
  }
  return all;
}

export function parseRedis(file: string, text: string): z.infer<typeof redis> {
  const settings = new Map<string, string>();
  for (const line of lines(text)) {
    const [, key, value] = /^\s*([a-z-]+)\s+(.+?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) settings.set(key, value);
  }
  const defaultUser = lines(text).find((line) => /^\s*user\s+default\s/.test(line)) ?? '';
  return {
    file: file.slice(0, 200),
    bind: (settings.get('bind') ?? '*')
      .split(/\s+/)
      .map((address) => address.replace(/^-/, '').slice(0, 64))
      .slice(0, 20),
    protectedMode: settings.get('protected-mode') !== 'no',
    password: /^"?.+"?$/.test(settings.get('requirepass') ?? '') || /\s(?:off|[>#]\S+)/.test(defaultUser),
  };
}

async function storesOf(host: ProbedHost, unreadable: UnreadablePart[]) {
  const stores: { store: string; file: string; authentication: boolean | null }[] = [];
  const look = async (store: string, file: string, guarded: (text: string) => boolean): Promise<void> => {
    const read = await host.read(file);
    if (read.state === 'unreadable') unreadable.push({ what: file.slice(0, 80), why: read.why.slice(0, 200) });
    if (read.state !== 'absent')
      stores.push({ store, file, authentication: read.state === 'read' ? guarded(read.text) : null });
  };
  await look('memcached', '/etc/memcached.conf', (text) => /^\s*(?:-S|--enable-sasl)\b/m.test(text));
  await look('mongod', '/etc/mongod.conf', (text) => /^\s*authorization:\s*["']?enabled/m.test(text));
  await look(
    'elasticsearch',
    '/etc/elasticsearch/elasticsearch.yml',
    (text) => !/^\s*xpack\.security\.enabled:\s*false/m.test(text),
  );
  return stores;
}
