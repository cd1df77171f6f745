// PER-002: Cron/unit/rc runs a download-and-execute payload.
import { check, failures, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { putBack, setAside } from '../guides/files.ts';
import { scheduled } from '../probes/scheduled.ts';
import { NUMBER, only, sh } from '../shell.ts';

export default check({
  id: 'PER-002',
  area: 'persistence',
  severity: 'critical',
  title: 'Cron/unit/rc runs a download-and-execute payload',
  measured: 'cron, units and rc files against patterns of payloads',
  expected: 'none',
  why: 'Download-and-run in cron is how a miner or a shell survives a cleaning. Hardly any honest job looks like it.',
  evidence: { path: 'File', line: 'Line', pattern: 'Looks like' },
  fix: 'Read the line on the server, find who wrote it. Move the file away, stop what it started.',
  undo: 'Move the file back.',
  risk: 'service',
  maps: [],
  reads: { scheduled },
  judge({ scheduled: { suspicions, complete } }) {
    if (suspicions.length === 0 && !complete) return unknown('Not every crontab or unit could be read');
    return failures(suspicions.map((one) => ({ subject: `${one.path}:${one.line}`, evidence: { ...one } })));
  },
  steps({ evidence: { path, line, pattern } }) {
    const at = only(line, NUMBER);
    return guide(
      [
        step(
          `Line ${line} of “${path}” looks like ${pattern}. Read it.`,
          sh`sed -n ${at === '' ? '' : `${at}p`} ${path} | cat -v`,
        ),
        setAside(path),
        step('See what it started, and end that.', sh`ps -eo pid,user,lstart,args --sort=start_time | tail -n 40`),
      ],
      [putBack(path)],
    );
  },
});
