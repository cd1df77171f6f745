// Whether fail2ban sees what it should: what its jail for SSH counted, beside what the journal says happened. Both are compared
// over a span with enough failed sign-ins to tell; the last such span is kept on the server.
import { parseIpRange, rangeContains } from '@muster/kernel/ip-range';
import { z } from 'zod';
import type { ProbedHost } from '../host.ts';
import { couldNot, lines, probe } from '../probe.ts';

const JAIL = 'sshd';
const ENOUGH = 5;
const MOST_LINES = 5000;
const LONGEST_SECONDS = 86_400;

const span = z.strictObject({
  since: z.int().nonnegative(),
  until: z.int().nonnegative(),
  /** Failed sign-ins in the journal, of addresses that are not ignored. */
  failed: z.int().nonnegative(),
  /** Of these, those that the jail counted. */
  counted: z.int().nonnegative(),
});

export const jailSight = probe('jail-sight', {
  sentence: 'What fail2ban’s jail for SSH counted, beside the failed sign-ins of the journal',
  cadence: 'hourly',
  costMs: 900,
  privilege: 'fail2ban’s socket and the journal',
  reading: z.strictObject({
    /** False: there is no such jail, or nobody may ask. */
    asked: z.boolean(),
    span: span.nullable(),
  }),
  async gather(host, unreadable) {
    const status = await host.run('fail2ban-client', ['status', JAIL]);
    const total = /Total failed:\s*(\d+)/.exec(status?.stdout ?? '')?.[1];
    if (total === undefined) {
      if (/permission|Operation not permitted|must be root/i.test(status?.stderr ?? '')) {
        couldNot('fail2ban’s socket', status, unreadable);
      }
      return { asked: false, span: null };
    }
    const now = Number((await host.run('date', ['+%s']))?.stdout);
    const before = kept.safeParse(parsed(await host.recall('jail-sight'))).data;
    const look = { at: now, total: Number(total) };
    if (before === undefined) {
      await host.keep('jail-sight', JSON.stringify({ ...look, span: null }));
      return { asked: true, span: null };
    }
    const failed = await failures(host, before.at);
    if (failed === undefined) {
      unreadable.push({ what: 'the journal of sshd', why: 'journalctl did not answer' });
      return { asked: true, span: before.span };
    }
    if (failed < ENOUGH) {
      // Too few to tell: the span goes on, for a day at most.
      if (now - before.at > LONGEST_SECONDS)
        await host.keep('jail-sight', JSON.stringify({ ...look, span: before.span }));
      return { asked: true, span: before.span };
    }
    // A jail that was started meanwhile began to count anew.
    const counted = look.total >= before.total ? look.total - before.total : look.total;
    const compared = { since: before.at, until: now, failed, counted };
    await host.keep('jail-sight', JSON.stringify({ ...look, span: compared }));
    return { asked: true, span: compared };
  },
});

const kept = z.strictObject({ at: z.number(), total: z.number(), span: span.nullable() });

/** undefined: the journal did not answer. */
async function failures(host: ProbedHost, since: number): Promise<number | undefined> {
  const ignored = await host.run('fail2ban-client', ['get', JAIL, 'ignoreip']);
  const ranges = lines(ignored?.stdout ?? '').flatMap((line) => {
    const range = parseIpRange(/^[|`]- (\S+)/.exec(line)?.[1] ?? '');
    return range.ok ? [range.range] : [];
  });
  const ran = await host.run('journalctl', [
    ...['-q', '--output=cat', `--since=@${since}`, '-t', 'sshd', '-t', 'sshd-session'],
    ...['-n', String(MOST_LINES), '--grep=^(Failed password|Invalid user) '],
  ]);
  if (ran === undefined || (ran.code !== 0 && ran.stderr.trim() !== '')) return undefined;
  return lines(ran.stdout).filter((line) => {
    const from = parseIpRange(/ from (\S+) port /.exec(line)?.[1] ?? '');
    return from.ok && !ranges.some((range) => rangeContains(range, from.range));
  }).length;
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
