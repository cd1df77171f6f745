// SSH-009: sshd configuration would not survive a restart.
import { check, fail, notApplicable, pass, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { sshd } from '../probes/sshd.ts';
import { sh } from '../shell.ts';

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
  steps({ evidence: { problem, edited, loaded } }) {
    const session = step('Keep your session open: sshd would not start again.');
    if (problem === undefined) {
      return guide([
        session,
        step(
          `Its files were changed at ${edited}, and loaded at ${loaded}. See whether the change is yours.`,
          sh`ls -l --time-style=full-iso /etc/ssh/sshd_config /etc/ssh/sshd_config.d`,
        ),
        step(
          'Test the settings and load them.',
          sh`sshd -t && systemctl reload ssh`,
          sh`systemctl status ssh --no-pager`,
        ),
      ]);
    }
    const [, file] = /^(\/\S+?)(?::| line )/.exec(String(problem)) ?? [];
    return guide([
      session,
      step(
        `sshd says “${problem}”. Mend the file and line that it names.`,
        file === undefined ? undefined : sh`cat -n -- ${file}`,
        sh`sshd -t`,
      ),
      step(
        'When the test says nothing, load them.',
        sh`sshd -t && systemctl reload ssh`,
        sh`systemctl status ssh --no-pager`,
      ),
    ]);
  },
});
