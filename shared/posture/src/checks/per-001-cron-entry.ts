// PER-001: New or changed cron entry.
import { check, failures, unknown } from '../check.ts';
import { dayOf } from '../first-seen.ts';
import { guide, step } from '../guide.ts';
import { putBack, setAside } from '../guides/files.ts';
import { baseline, cronItem } from '../probes/baseline.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'PER-001',
  area: 'persistence',
  severity: 'high',
  title: 'New or changed cron entry',
  measured: 'hashes of crontabs against those when the server was taken on, looked at again when one changes',
  expected: 'no crontab came or changed without somebody accounting for it',
  why: 'Cron runs what it is told, as whoever it is told, for ever. A line there outlives a new password and a clean web root.',
  evidence: { path: 'File', since: 'Seen since' },
  fix: 'Read the file on the server and ask who wrote it. Move it away if nobody did; approve it on the server’s page if it is meant to be there.',
  undo: 'Move it back.',
  risk: 'service',
  maps: ['SCHD-7704'],
  reads: { baseline },
  judge({ baseline: { cron, cronFiles } }) {
    if (cron === null) return unknown('Not every crontab could be read');
    const digests = new Map(cronFiles?.map(({ path, sha256 }) => [path, sha256]));
    return failures(
      cron.map(({ path, since }) => {
        const digest = digests.get(path);
        return {
          subject: path,
          evidence: { path, since: dayOf(since) },
          ...(digest === undefined ? {} : { approvable: { kind: 'cron' as const, items: [cronItem(path, digest)] } }),
        };
      }),
    );
  },
  steps({ evidence: { path, since } }) {
    return guide(
      [
        step(
          `“${path}” came or changed, seen on ${since}. Read it as it is, and ask who wrote it.`,
          sh`stat -- ${path}; cat -v -- ${path}`,
        ),
        setAside(path),
      ],
      [putBack(path)],
    );
  },
});
