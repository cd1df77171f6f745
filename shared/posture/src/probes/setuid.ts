// Programs that run as their owner or group, whoever starts them: which came or changed since the server was taken on.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { firstSeen } from '../first-seen.ts';
import { FIND_FORMAT, couldNot, octal, parseStats, probe, said } from '../probe.ts';

const PLACES = ['/usr', '/opt', '/home', '/var', '/tmp', '/srv', '/root', '/etc'];

export const setuid = probe('setuid', {
  sentence: 'Programs that run as their owner or group, and which of them came since the server was taken on',
  cadence: 'daily',
  costMs: 900,
  privilege: 'folders that others may not enter',
  reading: z.strictObject({
    /** null: some folders could not be entered. */
    news: z
      .array(z.strictObject({ path: said(300), since: z.int().nonnegative(), mode: said(5), owner: said(64) }))
      .max(200)
      .nullable(),
  }),
  async gather(host, unreadable) {
    const found = await host.run('find', [...PLACES, '-xdev', '-type', 'f', '-perm', '/6000', '-printf', FIND_FORMAT]);
    if (found === undefined || /Permission denied/.test(found.stderr)) {
      couldNot('setuid programs', found, unreadable);
      return { news: null };
    }
    const files = parseStats(found.stdout).map((stat) => ({
      ...stat,
      item: createHash('sha256').update(`${stat.path} ${stat.mode} ${stat.user} ${stat.modifiedAt}`).digest('hex'),
    }));
    const seen = await firstSeen(
      host,
      'setuid',
      files.map(({ item }) => item),
      true,
    );
    return {
      news: files
        .flatMap(({ path, mode, user, item }) => {
          const since = seen.newSince(item);
          return since === null
            ? []
            : [{ path: path.slice(0, 300), since, mode: octal(mode), owner: user.slice(0, 64) }];
        })
        .slice(0, 200),
    };
  },
});
