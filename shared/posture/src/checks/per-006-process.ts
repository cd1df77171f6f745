// PER-006: Process runs from /tmp, /dev/shm or a deleted binary.
import { check, failures, unknown } from '../check.ts';
import { processes } from '../probes/processes.ts';

export default check({
  id: 'PER-006',
  area: 'persistence',
  severity: 'critical',
  title: 'Process runs from /tmp, /dev/shm or a deleted binary',
  measured: '/proc/PID/exe of every process',
  expected: 'none from /tmp, /dev/shm, /var/tmp; none whose file was deleted',
  why: 'Programs belong where only root can write. One that runs from a temporary folder, or deleted itself, does not want to be looked at.',
  evidence: { program: 'Program', why: 'Why' },
  fix: 'Stop it (kill -STOP), copy /proc/PID/exe as evidence, then end it.',
  undo: 'kill -CONT',
  risk: 'service',
  maps: ['LOGG-2190'],
  reads: { processes },
  judge({ processes: { strange, hidden } }) {
    if (strange.length === 0 && hidden > 0) return unknown('Programs of other users are hidden');
    const programs = new Map(strange.map(({ exe, why }) => [exe, why]));
    return failures([...programs].map(([exe, why]) => ({ subject: exe, evidence: { program: exe, why } })));
  },
});
