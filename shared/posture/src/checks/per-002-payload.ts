// PER-002: Cron/unit/rc runs a download-and-execute payload.
import { check, failures, unknown } from '../check.ts';
import { scheduled } from '../probes/scheduled.ts';

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
});
