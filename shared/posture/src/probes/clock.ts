// Whether somebody keeps the clock right.
import { z } from 'zod';
import { couldNot, probe, said } from '../probe.ts';

export const clock = probe('clock', {
  sentence: 'Whether the clock is kept by a time server, by which, and how far it is off',
  cadence: 'hourly',
  costMs: 30,
  privilege: null,
  reading: z.strictObject({
    synchronised: z.boolean().nullable(),
    by: said(40).nullable(),
    offsetSeconds: z.number().nullable(),
  }),
  async gather(host, unreadable) {
    const chrony = await host.run('chronyc', ['-c', 'tracking']);
    if (chrony?.code === 0) {
      const fields = chrony.stdout.trim().split(',');
      const offset = Number(fields[4]);
      return {
        synchronised: fields.at(-1) === 'Normal',
        by: 'chrony',
        offsetSeconds: Number.isFinite(offset) ? offset : null,
      };
    }
    const shown = await host.run('timedatectl', ['show', '--property=NTP,NTPSynchronized']);
    if (shown?.code !== 0) {
      couldNot('the clock', shown, unreadable);
      return { synchronised: null, by: null, offsetSeconds: null };
    }
    // Where there is no D-Bus it answers nothing, and calls that a success.
    if (!shown.stdout.includes('NTPSynchronized=')) {
      unreadable.push({ what: 'the clock', why: 'timedatectl answered nothing' });
      return { synchronised: null, by: null, offsetSeconds: null };
    }
    return {
      synchronised: /NTPSynchronized=yes/.test(shown.stdout),
      by: /^NTP=yes/m.test(shown.stdout) ? 'systemd-timesyncd' : null,
      offsetSeconds: null,
    };
  },
});
