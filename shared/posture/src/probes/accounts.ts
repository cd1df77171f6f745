// Accounts and groups. Of a password only its state leaves the server: set, empty or locked, and the scheme of its hash.
import { z } from 'zod';
import { dayOf } from '../first-seen.ts';
import { lines, probe, said, textOf } from '../probe.ts';

/** Groups whose members are root, or can become root by what the group may touch. */
export const ROOT_EQUIVALENT = ['root', 'sudo', 'wheel', 'admin', 'docker', 'lxd', 'disk', 'adm', 'shadow', 'psaadm'];

const account = z.strictObject({
  name: said(64),
  uid: z.int().nonnegative(),
  home: said(200),
  /** Somebody can sign in with it. */
  shell: z.boolean(),
  /** null: shadow may not be read. */
  password: z.enum(['set', 'empty', 'locked']).nullable(),
  scheme: said(16).nullable(),
  /** Last day it may be used, `2026-11-30`; null when it has none. */
  expiresOn: said(10).nullable().default(null),
});
export type Account = z.infer<typeof account>;

export const accounts = probe('accounts', {
  sentence: 'Accounts with their state, and who is in groups that equal root',
  cadence: 'hourly',
  costMs: 5,
  privilege: '/etc/shadow is readable by root only',
  onChange: true,
  reading: z.strictObject({
    accounts: z.array(account).max(2000),
    rootEquivalent: z.array(z.strictObject({ group: said(64), members: z.array(said(64)).max(200) })).max(20),
    shadowRead: z.boolean(),
    /** PAM lets an empty password in. */
    nullok: z.boolean().nullable(),
  }),
  async gather(host, unreadable) {
    const passwd = (await textOf(host, '/etc/passwd', unreadable)) ?? '';
    const shadow = await textOf(host, '/etc/shadow', unreadable);
    const group = (await textOf(host, '/etc/group', unreadable)) ?? '';
    const pam =
      (await textOf(host, '/etc/pam.d/common-auth', unreadable)) ||
      (await textOf(host, '/etc/pam.d/system-auth', unreadable));
    return {
      accounts: parsePasswd(passwd, shadow).slice(0, 2000),
      rootEquivalent: parseGroups(group, passwd),
      shadowRead: shadow !== null && shadow !== '',
      nullok: pam === null ? null : /^[^#]*pam_unix\.so.*\bnullok\b/m.test(pam),
    };
  },
});

const NO_SHELL = /\/(nologin|false|sync|halt|shutdown)$/;

export function parsePasswd(passwd: string, shadow: string | null): Account[] {
  const secrets = new Map(lines(shadow ?? '').map((line) => [line.split(':', 1)[0] ?? '', line.split(':')]));
  return lines(passwd).flatMap((line) => {
    const [name, , uid, , , home, shell] = line.split(':');
    if (name === undefined || uid === undefined || !/^\d+$/.test(uid)) return [];
    const hash = secrets.get(name)?.[1];
    return [
      {
        name: name.slice(0, 64),
        uid: Number(uid),
        home: (home ?? '').slice(0, 200),
        shell: shell !== undefined && shell !== '' && !NO_SHELL.test(shell),
        password: hash === undefined ? null : stateOf(hash),
        scheme: hash === undefined ? null : schemeOf(hash),
        expiresOn: dayNumber(secrets.get(name)?.[7]),
      },
    ];
  });
}

/** Eighth field of shadow: days since 1970. */
const dayNumber = (field = ''): string | null => (/^\d+$/.test(field) ? dayOf(Number(field) * 86_400) : null);

function stateOf(hash: string): 'set' | 'empty' | 'locked' {
  if (hash === '') return 'empty';
  return /^[!*]/.test(hash) ? 'locked' : 'set';
}

/** `$6$`, `$y$`; a hash without a scheme is the old DES one. */
function schemeOf(hash: string): string | null {
  const bare = hash.replace(/^!+/, '');
  if (bare === '' || bare === '*') return null;
  return /^\$[\w-]{1,8}\$/.exec(bare)?.[0] ?? 'des';
}

export function parseGroups(group: string, passwd: string): { group: string; members: string[] }[] {
  const byGid = new Map<string, string[]>();
  for (const line of lines(passwd)) {
    const [name = '', , , gid = ''] = line.split(':');
    byGid.set(gid, [...(byGid.get(gid) ?? []), name]);
  }
  return lines(group).flatMap((line) => {
    const [name = '', , gid = '', members = ''] = line.split(':');
    if (!ROOT_EQUIVALENT.includes(name)) return [];
    const all = new Set([...members.split(',').filter((one) => one !== ''), ...(byGid.get(gid) ?? [])]);
    all.delete('root');
    return [{ group: name, members: [...all].sort().slice(0, 200) }];
  });
}
