// What the server asks of a new password.
import { z } from 'zod';
import { FIND_FORMAT, parseStats, probe, said, textOf } from '../probe.ts';

const FOLDER = '/etc/security/pwquality.conf.d';

export const passwordPolicy = probe('password-policy', {
  sentence: 'What pam_pwquality asks of a new password, and whether PAM uses it',
  cadence: 'daily',
  costMs: 6,
  privilege: null,
  reading: z.strictObject({
    used: z.boolean(),
    minLength: z.int().nonnegative().nullable(),
    minClasses: z.int().nonnegative().nullable(),
    requiredCredits: z.int().nonnegative(),
    from: said(120),
  }),
  async gather(host, unreadable) {
    const pam = `${await textOf(host, '/etc/pam.d/common-password', unreadable)}\n${await textOf(host, '/etc/pam.d/system-auth', unreadable)}`;
    const listed = await host.run('find', [FOLDER, '-name', '*.conf', '-type', 'f', '-printf', FIND_FORMAT]);
    const paths = [
      '/etc/security/pwquality.conf',
      ...parseStats(listed?.stdout ?? '')
        .map(({ path }) => path)
        .sort(),
    ];
    const settings = new Map<string, string>();
    for (const path of paths) {
      for (const [key, value] of parseAssignments((await textOf(host, path, unreadable)) ?? ''))
        settings.set(key, value);
    }
    const onLine = /^[^#\n]*pam_pwquality\.so(.*)$/m.exec(pam);
    for (const word of (onLine?.[1] ?? '').split(/\s+/)) {
      const [key, value] = word.split('=');
      if (key !== undefined && value !== undefined) settings.set(key, value);
    }
    const number = (key: string): number | null =>
      settings.has(key) ? Math.max(0, Number.parseInt(settings.get(key) ?? '', 10) || 0) : null;
    const credits = ['dcredit', 'ucredit', 'lcredit', 'ocredit'].filter((key) => Number(settings.get(key) ?? 0) < 0);
    return {
      used: onLine !== null,
      minLength: number('minlen'),
      minClasses: number('minclass'),
      requiredCredits: credits.length,
      from: paths.at(-1)?.slice(0, 120) ?? '',
    };
  },
});

function parseAssignments(text: string): [string, string][] {
  return text.split('\n').flatMap((line) => {
    const [, key, value] = /^\s*(\w+)\s*=\s*(-?\w+)/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[key, value] as [string, string]];
  });
}
