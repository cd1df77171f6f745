// FILE-001: World-writable files or directories (777).
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide } from '../guide.ts';
import { rightsAsBefore, setRights } from '../guides/files.ts';
import { webFiles } from '../probes/web-files.ts';

export default check({
  id: 'FILE-001',
  area: 'files',
  severity: 'high',
  title: 'World-writable files or directories (777)',
  measured: 'find below web roots, mode & 0002 without the sticky bit',
  expected: 'none',
  why: 'Any account on the server, and any broken site, can change such a file. That is how one hacked site becomes all of them.',
  evidence: { path: 'Path', mode: 'Mode', owner: 'Owner' },
  fix: 'Take the right away (chmod o-w).',
  undo: 'Set the mode that is named here again.',
  risk: 'service',
  maps: ['CIS 7.1.11'],
  reads: { webFiles },
  judge({ webFiles }) {
    if (webFiles.roots.length === 0) return notApplicable('There is no web root');
    if (webFiles.writable.length === 0 && !webFiles.complete)
      return unknown('Some folders below the web roots could not be entered');
    return failures(
      webFiles.writable.map(({ path, mode, owner }) => ({ subject: path, evidence: { path, mode, owner } })),
    );
  },
  steps({ evidence: { path, mode, owner } }) {
    return guide(
      [setRights(`Let nobody but owner and group write to “${path}”.`, owner, 'o-w', path)],
      [rightsAsBefore(owner, mode, path)],
    );
  },
});
