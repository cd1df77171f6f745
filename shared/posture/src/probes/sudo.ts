// Who may become root by sudo, and how. Rules are told as who and which tag, not as the line.
import { z } from 'zod';
import { FIND_FORMAT, lines, octal, parseStats, probe, said } from '../probe.ts';

const MAIN = '/etc/sudoers';
const FOLDER = '/etc/sudoers.d';

const looseRule = z.strictObject({ file: said(120), line: z.int().positive(), who: said(64), tag: said(40) });
export type LooseRule = z.infer<typeof looseRule>;

export const sudo = probe('sudo', {
  sentence: 'Rules of sudo that ask for no password, and whether its files hold',
  cadence: 'daily',
  costMs: 15,
  privilege: '/etc/sudoers is readable by root only',
  reading: z.strictObject({
    installed: z.boolean(),
    readable: z.boolean(),
    loose: z.array(looseRule).max(200),
    valid: z.boolean().nullable(),
    problem: said(300).nullable(),
    files: z.array(z.strictObject({ path: said(120), mode: said(5), owner: said(64), group: said(64) })).max(200),
  }),
  async gather(host, unreadable) {
    const checked = await host.run('visudo', ['-c']);
    const main = await host.read(MAIN);
    if (checked === undefined && main.state === 'absent') return NOT_INSTALLED;
    const found = await host.run('find', [MAIN, FOLDER, '-type', 'f', '-printf', FIND_FORMAT]);
    const stats = parseStats(found?.stdout ?? '').slice(0, 200);
    const loose: LooseRule[] = [];
    let readable = true;
    for (const { path } of stats.filter(({ path }) => path === MAIN || isIncluded(path))) {
      const file = await host.read(path);
      if (file.state === 'unreadable') {
        readable = false;
        unreadable.push({ what: path.slice(0, 80), why: file.why.slice(0, 200) });
      }
      if (file.state === 'read') loose.push(...looseRules(path, file.text));
    }
    const denied = main.state === 'unreadable' || checked === undefined;
    const complaint = [checked?.stderr, checked?.stdout]
      .flatMap((text) => lines(text ?? ''))
      .find((one) => !one.endsWith(' parsed OK'));
    return {
      installed: true,
      readable: readable && main.state !== 'unreadable',
      loose: loose.slice(0, 200),
      valid: denied ? null : checked.code === 0,
      problem: denied || checked.code === 0 ? null : (complaint ?? 'visudo -c failed').slice(0, 300),
      files: stats.map(({ path, mode, user, group }) => ({
        path: path.slice(0, 120),
        mode: octal(mode),
        owner: user,
        group,
      })),
    };
  },
});

const NOT_INSTALLED = { installed: false, readable: true, loose: [], valid: null, problem: null, files: [] };

/** sudo passes over names with a dot or a tilde at the end. */
const isIncluded = (path: string): boolean =>
  path.startsWith(`${FOLDER}/`) && !/[.]|~$/.test(path.slice(FOLDER.length + 1));

export function looseRules(file: string, text: string): LooseRule[] {
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.replace(/(^|\s)#(?!\d).*$/, '').trim();
    const at = { file: file.slice(0, 120), line: index + 1 };
    const [who = ''] = line.split(/\s+/);
    if (/\bNOPASSWD\s*:/.test(line)) return [{ ...at, who: who.slice(0, 64), tag: 'NOPASSWD' }];
    if (!line.startsWith('Defaults')) return [];
    if (/(^|[\s,])!authenticate\b/.test(line)) return [{ ...at, who: who.slice(0, 64), tag: '!authenticate' }];
    const [, minutes] = /timestamp_timeout\s*=\s*(-?[\d.]+)/.exec(line) ?? [];
    if (minutes !== undefined && (Number(minutes) < 0 || Number(minutes) > 15)) {
      return [{ ...at, who: who.slice(0, 64), tag: `timestamp_timeout=${minutes}`.slice(0, 40) }];
    }
    return [];
  });
}
