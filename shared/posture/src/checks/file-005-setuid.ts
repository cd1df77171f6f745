// FILE-005: New or changed setuid/setgid file.
import { check, failures, unknown } from '../check.ts';
import { dayOf } from '../first-seen.ts';
import { guide, step } from '../guide.ts';
import { keepCopy, rightsAsBefore, setRights } from '../guides/files.ts';
import { setuid } from '../probes/setuid.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'FILE-005',
  area: 'files',
  severity: 'high',
  title: 'New or changed setuid/setgid file',
  measured: 'find -perm /6000 against what was there when the server was taken on',
  expected: 'no program that runs as its owner came or changed',
  why: 'A copy of a shell with this bit makes anybody root. It is left behind so that the next visit needs no hole.',
  evidence: { path: 'Path', mode: 'Mode', owner: 'Owner', since: 'Seen since' },
  fix: 'See whether a package brought it (dpkg -S). If not: chmod u-s,g-s, keep the file as evidence.',
  undo: 'Set the mode that is named here again.',
  risk: 'service',
  maps: ['CIS 7.1.13', 'FILE-7524'],
  reads: { setuid },
  judge({ setuid: { news } }) {
    if (news === null) return unknown('Some folders could not be entered');
    return failures(
      news.map(({ path, mode, owner, since }) => ({
        subject: path,
        evidence: { path, mode, owner, since: dayOf(since) },
      })),
    );
  },
  steps({ evidence: { path, mode, owner, since } }) {
    return guide(
      [
        step(
          `“${path}” was seen first on ${since}. A package that brought it is named here.`,
          sh`dpkg -S ${path}; stat -- ${path}`,
        ),
        keepCopy(path),
        setRights(`Let “${path}” run as whoever starts it.`, owner, 'u-s,g-s', path),
      ],
      [rightsAsBefore(owner, mode, path)],
    );
  },
});
