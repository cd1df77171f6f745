// FILE-004: Database dump or archive inside a docroot.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { putBack, setAside } from '../guides/files.ts';
import { webFiles } from '../probes/web-files.ts';

export default check({
  id: 'FILE-004',
  area: 'files',
  severity: 'critical',
  title: 'Database dump or archive inside a docroot',
  measured: 'find below web roots: archives and dumps above 1 MiB',
  expected: 'none',
  why: 'A dump in a web root can be downloaded by whoever guesses its name, and robots guess all day. It holds everything.',
  evidence: { path: 'Path', bytes: 'Bytes', mode: 'Mode' },
  fix: 'Move it out of the web root, to a folder of root.',
  undo: 'Move it back.',
  risk: 'low',
  maps: [],
  reads: { webFiles },
  judge({ webFiles }) {
    if (webFiles.roots.length === 0) return notApplicable('There is no web root');
    if (webFiles.dumps.length === 0 && !webFiles.complete)
      return unknown('Some folders below the web roots could not be entered');
    return failures(
      webFiles.dumps.map(({ path, bytes, mode }) => ({ subject: path, evidence: { path, bytes, mode } })),
    );
  },
  steps({ evidence: { path } }) {
    return guide(
      [
        setAside(path),
        step(
          'Whoever knew the name could fetch it: see the log of the web server, and change the passwords in it if somebody did.',
        ),
      ],
      [putBack(path)],
    );
  },
});
