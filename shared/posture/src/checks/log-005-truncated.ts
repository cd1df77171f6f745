// LOG-005: Log gap or truncation.
import { check, failures, unknown } from '../check.ts';
import { dayOf } from '../first-seen.ts';
import { guide, step } from '../guide.ts';
import { keepCopy } from '../guides/files.ts';
import { logFiles } from '../probes/log-files.ts';
import { only, sh } from '../shell.ts';

export default check({
  id: 'LOG-005',
  area: 'logs',
  severity: 'high',
  title: 'Log gap or truncation',
  measured: 'size and inode of auth.log, syslog, wtmp, btmp and audit.log at every look',
  expected: 'logs grow until they are rotated',
  why: 'Somebody who came in takes the traces away. A log that is shorter than before, in the same file, was cut.',
  evidence: { path: 'File', on: 'Cut on', from: 'From bytes', to: 'To bytes' },
  fix: 'Treat it as an incident: keep what is left, read what was forwarded elsewhere, see who was signed in.',
  undo: 'Nothing to undo. If a rotation with copytruncate did it, change it to create.',
  risk: 'none',
  maps: ['LOGG-2192'],
  reads: { logFiles },
  judge({ logFiles: { seen, cuts } }) {
    if (seen === 0 && cuts.length === 0) return unknown('No log of the usual ones could be looked at');
    return failures(
      cuts.map(({ path, at, fromBytes, toBytes }) => ({
        subject: `${path} at ${new Date(at * 1000).toISOString()}`,
        evidence: { path, on: dayOf(at), from: fromBytes, to: toBytes },
      })),
    );
  },
  steps({ evidence: { path, on, from, to } }) {
    return guide([
      keepCopy(path),
      step(
        `On ${on} it fell from ${from} to ${to} bytes. See who was signed in, and what the journal still holds of that day.`,
        sh`last -n 50; journalctl --no-pager --since ${only(on, /^\d{4}-\d\d-\d\d$/)} -n 200`,
      ),
      step(
        'A rotation with copytruncate cuts logs too: change it to create.',
        sh`grep -rn copytruncate /etc/logrotate.conf /etc/logrotate.d`,
      ),
    ]);
  },
});
