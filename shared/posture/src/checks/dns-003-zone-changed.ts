// DNS-003: Zone changed outside a recorded change.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { dayOf } from '../first-seen.ts';
import { guide, step } from '../guide.ts';
import { copyBack, keepCopy } from '../guides/files.ts';
import { nameServer } from '../probes/name-server.ts';
import { inTurn, sh } from '../shell.ts';

export default check({
  id: 'DNS-003',
  area: 'dns',
  severity: 'high',
  title: 'Zone changed outside a recorded change',
  measured: 'hashes of primary zone files against those when the server was taken on',
  expected: 'zones are what they were, or somebody accounted for the change',
  why: 'Whoever changes a zone takes the mail and the site of its owner elsewhere, with a valid certificate. It is seen last by those whom it happens to.',
  evidence: { file: 'File', since: 'Seen since' },
  fix: 'Compare with the last backup (named-compilezone), put it back, raise the serial, rndc reload.',
  undo: 'Put the changed zone back and reload.',
  risk: 'service',
  maps: [],
  reads: { nameServer },
  judge({ nameServer: { installed, read, changedZones } }) {
    if (!installed) return notApplicable('BIND is not installed');
    if (!read || changedZones === null) return unknown('The zones could not be read');
    return failures(
      changedZones.map(({ file, since }) => ({ subject: file, evidence: { file, since: dayOf(since) } })),
    );
  },
  steps({ evidence: { file, since } }) {
    return guide(
      [
        step(`See when “${file}” was written; the change was seen on ${since}.`, sh`stat -- ${file}; last -n 20`),
        keepCopy(file),
        step(
          'Put the zone back from the last backup and raise its serial. Then load it.',
          sh`named-checkconf -z && rndc reload`,
          sh`journalctl -u named -n 10 --no-pager`,
        ),
      ],
      [step('Put the changed zone back and load it.', inTurn(copyBack(file), 'rndc reload'))],
    );
  },
});
