// PER-008: Login path changed (PAM, profile.d, bashrc, sshd binary, nsswitch).
import { check, failures, unknown } from '../check.ts';
import { dayOf } from '../first-seen.ts';
import { guide, step } from '../guide.ts';
import { copyBack, keepCopy } from '../guides/files.ts';
import { baseline } from '../probes/baseline.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'PER-008',
  area: 'persistence',
  severity: 'high',
  title: 'Login path changed (PAM, profile.d, bashrc, sshd binary, nsswitch)',
  measured: 'hashes of the files that every login passes through, against those when the server was taken on',
  expected: 'they are what they were',
  why: 'One line in PAM opens every account with one password, one in a profile runs with every login. Both survive all usual cleaning.',
  evidence: { path: 'File', since: 'Seen since' },
  fix: 'Compare with the package (dpkg --verify) and with a sister server. Reinstall the package if the change is not yours.',
  undo: 'Put the former file back.',
  risk: 'lockout',
  maps: ['FINT-4350'],
  reads: { baseline },
  judge({ baseline: { loginPath } }) {
    if (loginPath === null) return unknown('Not every file of the login path could be read');
    return failures(loginPath.map(({ path, since }) => ({ subject: path, evidence: { path, since: dayOf(since) } })));
  },
  steps({ evidence: { path, since } }) {
    return guide(
      [
        step(
          `“${path}” came or changed, seen on ${since}. See whose it is and whether its package knows it so.`,
          sh`stat -- ${path}; dpkg -S ${path} && dpkg --verify "$(dpkg -S ${path} | cut -d: -f1)"`,
        ),
        keepCopy(path),
        step(
          'If the change is not yours: install its package anew, or remove the file where no package brought it. Keep your session open.',
          sh`apt-get install --reinstall "$(dpkg -S ${path} | cut -d: -f1)"`,
          sh`stat -- ${path}`,
        ),
      ],
      [step('Put the former file back.', copyBack(path))],
    );
  },
});
