// PER-006: Process runs from /tmp, /dev/shm or a deleted binary.
import { check, failures, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { copyProgram, signal } from '../guides/services.ts';
import { processes } from '../probes/processes.ts';
import { sh } from '../shell.ts';

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
  steps({ evidence: { program, why } }) {
    return guide(
      [
        step(
          `Stop “${program}” (${why}) where it stands; its processes are printed.`,
          signal(program, 'STOP'),
          sh`ps -eo pid,ppid,user,stat,lstart,args`,
        ),
        step('Keep what it really runs as evidence.', copyProgram(program), sh`ls -l /root/evidence`),
        step(
          'See who started it (systemctl status PID) and what it is connected to. Then end it.',
          signal(program, 'KILL'),
        ),
      ],
      [step('Before it is ended: let it go on.', signal(program, 'CONT'))],
    );
  },
});
