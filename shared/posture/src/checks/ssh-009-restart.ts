// SSH-009: sshd configuration would not survive a restart.
import { check, fail, notApplicable, pass, unknown } from '../check.ts';
import { sshd } from '../probes/sshd.ts';

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();

export default check({
  id: 'SSH-009',
  area: 'ssh',
  severity: 'high',
  title: 'sshd configuration would not survive a restart',
  measured: 'sshd -t, times of its files against systemctl show ssh',
  expected: 'sshd -t answers 0, and no change waits for a reload for more than 10 minutes',
  why: 'A mistake in the file is noticed at the next reboot, when nobody can sign in any more. An edit that was never loaded protects nobody today.',
  evidence: { problem: 'What sshd -t says', edited: 'Files changed', loaded: 'Last loaded' },
  fix: 'Run sshd -t, mend the file and line that it names, and reload ssh.',
  undo: 'Nothing is changed by looking.',
  risk: 'lockout',
  maps: [],
  reads: { sshd },
  judge({ sshd }, { now }) {
    if (!sshd.installed) return notApplicable('No SSH server is installed');
    if (sshd.valid === false) return fail({ problem: sshd.problem ?? 'sshd -t failed' });
    if (sshd.valid === null) return unknown('sshd -t could not be tried');
    const { editedAt, loadedAt } = sshd;
    if (editedAt === null || loadedAt === null || editedAt <= loadedAt || now.getTime() / 1000 - editedAt < 600)
      return pass;
    return fail({ edited: at(editedAt), loaded: at(loadedAt) });
  },
});
