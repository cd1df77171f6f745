// PER-005: /etc/ld.so.preload set.
import { check, listed, passIf, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { copyBack, keepCopy } from '../guides/files.ts';
import { scheduled } from '../probes/scheduled.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'PER-005',
  area: 'persistence',
  severity: 'critical',
  title: '/etc/ld.so.preload set',
  measured: '/etc/ld.so.preload',
  expected: 'empty or absent',
  why: 'Every program on the server loads what this file names, so a library there can hide processes and read every password. Rootkits live here.',
  evidence: { libraries: 'Libraries' },
  fix: 'Treat the server as taken over until the library is explained: keep it as evidence, then empty the file.',
  undo: 'Put the line back.',
  risk: 'service',
  maps: [],
  reads: { scheduled },
  judge({ scheduled: { preload } }) {
    if (preload === null) return unknown('/etc/ld.so.preload could not be read');
    return passIf(preload.length === 0, { libraries: listed(preload) });
  },
  steps({ evidence: { libraries } }) {
    const each = String(libraries)
      .split(/, | and /)
      .filter((one) => one.startsWith('/'));
    return guide(
      [
        ...each
          .slice(0, 3)
          .map((one) => step(`See whether a package brought “${one}”.`, sh`dpkg -S ${one}; stat -- ${one}`)),
        keepCopy('/etc/ld.so.preload'),
        ...each.slice(0, 3).map((one) => keepCopy(one)),
        step(
          'Empty the file: programs that start from now on load nothing more than they ask for.',
          sh`: > /etc/ld.so.preload`,
          sh`wc -c /etc/ld.so.preload`,
        ),
        step('Until the library is explained, treat what this server says of itself as not to be trusted.'),
      ],
      [step('Put it back.', copyBack('/etc/ld.so.preload'))],
    );
  },
});
