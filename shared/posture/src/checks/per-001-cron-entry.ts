// PER-001: New or changed cron entry.
import { check, failures, unknown } from '../check.ts';
import { dayOf } from '../first-seen.ts';
import { baseline } from '../probes/baseline.ts';

export default check({
  id: 'PER-001',
  area: 'persistence',
  severity: 'high',
  title: 'New or changed cron entry',
  measured: 'hashes of crontabs against those when the server was taken on, looked at again when one changes',
  expected: 'no crontab came or changed without somebody accounting for it',
  why: 'Cron runs what it is told, as whoever it is told, for ever. A line there outlives a new password and a clean web root.',
  evidence: { path: 'File', since: 'Seen since' },
  fix: 'Read the file on the server and ask who wrote it. Move it away if nobody did.',
  undo: 'Move it back.',
  risk: 'service',
  maps: ['SCHD-7704'],
  reads: { baseline },
  judge({ baseline: { cron } }) {
    if (cron === null) return unknown('Not every crontab could be read');
    return failures(cron.map(({ path, since }) => ({ subject: path, evidence: { path, since: dayOf(since) } })));
  },
});
