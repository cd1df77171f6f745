// PER-005: /etc/ld.so.preload set.
import { check, listed, passIf, unknown } from '../check.ts';
import { scheduled } from '../probes/scheduled.ts';

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
});
