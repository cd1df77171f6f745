// ACC-007: sudoers broken or writable.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { rightsAsBefore, setOwner, setRights } from '../guides/files.ts';
import { sudo } from '../probes/sudo.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'ACC-007',
  area: 'accounts',
  severity: 'high',
  title: 'sudoers broken or writable',
  measured: 'visudo -c, stat of /etc/sudoers and /etc/sudoers.d',
  expected: 'visudo -c answers 0; owned by root, writable by nobody else',
  why: 'A broken file locks administrators out of sudo, a writable one makes its writer root. Both are found too late otherwise.',
  evidence: { problem: 'What visudo -c says', path: 'Path', mode: 'Mode', owner: 'Owner' },
  fix: 'Mend what visudo -c names; set 0440 and root:root on the named file.',
  undo: 'Set mode and owner that are named here again.',
  risk: 'low',
  maps: ['AUTH-9250'],
  reads: { sudo },
  judge({ sudo }) {
    if (!sudo.installed) return notApplicable('sudo is not installed');
    const loose = sudo.files.filter(({ mode, owner }) => owner !== 'root' || (Number.parseInt(mode, 8) & 0o022) !== 0);
    const broken =
      sudo.valid === false ? [{ subject: null, evidence: { problem: sudo.problem ?? 'visudo -c failed' } }] : [];
    if (loose.length === 0 && sudo.valid === null) return unknown('visudo -c could not be tried');
    return failures([
      ...broken,
      ...loose.map(({ path, mode, owner }) => ({ subject: path, evidence: { path, mode, owner } })),
    ]);
  },
  steps({ evidence: { problem, path, mode, owner } }) {
    if (path === undefined) {
      return guide([
        step('Keep a root shell open: sudo may refuse everybody until this is mended.'),
        step(
          `visudo says “${problem}”. Open the file and line that it names with visudo -f.`,
          sh`visudo -c`,
          sh`visudo -c`,
        ),
      ]);
    }
    return guide(
      [
        setOwner(`Give “${path}” to root.`, 'root:root', path),
        setRights(`Let nobody else write to “${path}”.`, 'root', '0440', path),
        step('See that sudo still takes it.', sh`visudo -c`),
      ],
      [setOwner(`Give “${path}” back to “${owner}”.`, owner, path), rightsAsBefore('root', mode, path)],
    );
  },
});
