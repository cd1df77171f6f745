// PER-007: Unknown process with sustained CPU (miner).
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { copyProgram, signal } from '../guides/services.ts';
import { busy } from '../probes/busy.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'PER-007',
  area: 'persistence',
  severity: 'high',
  title: 'Unknown process with sustained CPU (miner)',
  measured: 'ps (seconds of a processor, from look to look), /proc/PID/exe, dpkg -S',
  expected: 'no program that belongs to no package keeps a processor busy for half an hour',
  why: 'Whoever breaks into a server without a plan lets it mine. Programs that came with the system work hard, too, but they belong to a package.',
  evidence: { exe: 'Program', user: 'Account', since: 'Busy since' },
  fix: 'kill -STOP PID keeps it for evidence. Then see who started it (systemctl status PID) and how it came in, before it is removed.',
  undo: 'kill -CONT PID',
  risk: 'service',
  maps: [],
  reads: { busy },
  judge({ busy: { read, programs } }) {
    if (!read) return unknown('Running programs could not be seen');
    const strange = programs.filter(({ packaged }) => packaged === false);
    if (strange.length === 0 && programs.some(({ packaged }) => packaged === null)) {
      return notApplicable('There is no dpkg here that would tell whose a program is');
    }
    return failures(
      strange.map(({ exe, user, since }) => ({
        subject: `program ${exe}`,
        evidence: { exe, user, since: new Date(since * 1000).toISOString().slice(0, 16) },
      })),
    );
  },
  steps({ evidence: { exe, user, since } }) {
    return guide(
      [
        step(
          `“${exe}” of “${user}” is busy since ${since}. Stop it where it stands; its processes are printed.`,
          signal(exe, 'STOP'),
          sh`ps -u ${user} -o pid,ppid,stat,pcpu,etime,args`,
        ),
        step('Keep what it really runs as evidence.', copyProgram(exe), sh`ls -l /root/evidence`),
        step(
          'See who started it (systemctl status PID), what it is connected to and how it came in. Then end it.',
          signal(exe, 'KILL'),
        ),
      ],
      [step('Before it is ended: let it go on.', signal(exe, 'CONT'))],
    );
  },
});
