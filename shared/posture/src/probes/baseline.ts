// What came or changed since the server was taken on: cron entries, files that every login passes through, members of groups
// that equal root. Contents stay here; a change is told by its file.
import { z } from 'zod';
import { firstSeen } from '../first-seen.ts';
import type { ProbedHost } from '../host.ts';
import { couldNot, lines, probe, said, textOf } from '../probe.ts';
import type { UnreadablePart } from '../probe.ts';
import { parseGroups } from './accounts.ts';

const CRON = [
  '/etc/crontab',
  '/etc/anacrontab',
  '/etc/cron.d',
  '/etc/cron.hourly',
  '/etc/cron.daily',
  '/etc/cron.weekly',
];
const SPOOL = ['/etc/cron.monthly', '/var/spool/cron'];
const LOGIN_PATH = [
  '/etc/pam.d',
  '/etc/profile',
  '/etc/profile.d',
  '/etc/bash.bashrc',
  '/etc/nsswitch.conf',
  '/root/.bashrc',
  '/root/.profile',
  '/usr/sbin/sshd',
  '/etc/ssh/sshd_config',
];
const MOST_FILES = 600;

/** New since the ledger began, or changed after it: its content is part of what is remembered. */
const news = z.strictObject({ path: said(300), since: z.int().nonnegative() });
export type News = z.infer<typeof news>;

export const baseline = probe('baseline', {
  sentence: 'What came or changed since the server was taken on: cron, the way in, members of root’s groups',
  cadence: 'hourly',
  costMs: 60,
  privilege: 'crontabs of others',
  onChange: true,
  reading: z.strictObject({
    /** Seconds since 1970: when this server was taken on. */
    since: z.int().nonnegative(),
    cron: z.array(news).max(200).nullable(),
    /** All of them, as they are now: what somebody can answer for. Older agents do not say. */
    cronFiles: z
      .array(z.strictObject({ path: said(300), sha256: said(16) }))
      .max(MOST_FILES)
      .nullable()
      .default(null),
    loginPath: z.array(news).max(200).nullable(),
    members: z
      .array(z.strictObject({ group: said(64), member: said(64), since: z.int().nonnegative() }))
      .max(200)
      .nullable(),
  }),
  async gather(host, unreadable) {
    const cron = await changed(host, 'cron', [...CRON, ...SPOOL], unreadable);
    const loginPath = await changed(host, 'login-path', LOGIN_PATH, unreadable);
    const members = await newMembers(host, unreadable);
    return {
      since: members.since,
      cron: cron.news,
      cronFiles: cron.files,
      loginPath: loginPath.news,
      members: members.news,
    };
  },
});

/** How the inventory names a cron file: whoever approves it approves this content. */
export const cronItem = (path: string, sha256: string): string => `${sha256} ${path}`.slice(0, 300);

/** Files by path and content; `find -type f` passes over links, whose targets are looked at where they lie. */
async function changed(
  host: ProbedHost,
  ledger: string,
  places: readonly string[],
  unreadable: UnreadablePart[],
): Promise<{ news: News[] | null; files: { path: string; sha256: string }[] | null }> {
  const found = await host.run('find', [...places, '-maxdepth', '2', '-type', 'f', '-printf', '%p\\n']);
  const paths = lines(found?.stdout ?? '')
    // Debian's cron keeps its folders alive with an empty file of this name.
    .filter((path) => !path.endsWith('/.placeholder'))
    .slice(0, MOST_FILES);
  const hidden = /Permission denied/.test(found?.stderr ?? '');
  const sums = paths.length === 0 ? undefined : await host.run('sha256sum', ['--', ...paths]);
  const complete = found !== undefined && !hidden && (paths.length === 0 || sums?.code === 0);
  if (!complete) {
    couldNot(ledger, hidden ? found : sums, unreadable);
    return { news: null, files: null };
  }
  const items = lines(sums?.stdout ?? '').flatMap((line) => {
    const [, hash, path] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    return hash === undefined || path === undefined
      ? []
      : [{ path, hash, item: `${hash.slice(0, 32)} ${path}`.slice(0, 400) }];
  });
  const seen = await firstSeen(
    host,
    ledger,
    items.map(({ item }) => item),
    true,
  );
  return {
    news: items
      .flatMap(({ path, item }) => {
        const since = seen.newSince(item);
        return since === null ? [] : [{ path: path.slice(0, 300), since }];
      })
      .slice(0, 200),
    files: items.map(({ path, hash }) => ({ path: path.slice(0, 300), sha256: hash.slice(0, 16) })),
  };
}

async function newMembers(host: ProbedHost, unreadable: UnreadablePart[]) {
  const group = await textOf(host, '/etc/group', unreadable);
  const passwd = await textOf(host, '/etc/passwd', unreadable);
  const all = parseGroups(group ?? '', passwd ?? '').flatMap(({ group, members }) =>
    members.map((member) => ({ group, member })),
  );
  const complete = group !== null && passwd !== null;
  const seen = await firstSeen(
    host,
    'members',
    all.map(({ group, member }) => `${group} ${member}`),
    complete,
  );
  return {
    since: seen.since,
    news: complete
      ? all.flatMap((one) => {
          const since = seen.newSince(`${one.group} ${one.member}`);
          return since === null ? [] : [{ ...one, since }];
        })
      : null,
  };
}
