// FILE-003: Secret files readable by others.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { rightsAsBefore, setRights } from '../guides/files.ts';
import { webFiles } from '../probes/web-files.ts';

export default check({
  id: 'FILE-003',
  area: 'files',
  severity: 'high',
  title: 'Secret files readable by others',
  measured: 'find below web roots: .env, keys, dumps, .my.cnf that others may read',
  expected: 'readable by the owner and its group only',
  why: 'These files hold passwords of databases and services. Every other account on the server can read them now.',
  evidence: { path: 'Path', mode: 'Mode', owner: 'Owner' },
  fix: 'chmod 600, or 640 with the group of the web server.',
  undo: 'Set the mode that is named here again.',
  risk: 'service',
  maps: [],
  reads: { webFiles },
  judge({ webFiles }) {
    if (webFiles.roots.length === 0) return notApplicable('There is no web root');
    if (webFiles.secrets.length === 0 && !webFiles.complete)
      return unknown('Some folders below the web roots could not be entered');
    return failures(
      webFiles.secrets.map(({ path, mode, owner }) => ({ subject: path, evidence: { path, mode, owner } })),
    );
  },
  steps({ evidence: { path, mode, owner } }) {
    return guide(
      [
        setRights(`Let nobody but owner and group read “${path}”.`, owner, 'o-rwx', path),
        step('See that the site answers. If it does not, give the file the group of the web server.'),
      ],
      [rightsAsBefore(owner, mode, path)],
    );
  },
});
