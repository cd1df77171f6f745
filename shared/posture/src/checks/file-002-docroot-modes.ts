// FILE-002: Docroot modes not 644/755.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { webFiles } from '../probes/web-files.ts';

export default check({
  id: 'FILE-002',
  area: 'files',
  severity: 'low',
  title: 'Docroot modes not 644/755',
  measured: 'find below web roots: files with more than 0644, folders with more than 0755, told once per site',
  expected: 'files 0644 or less, folders 0755 or less',
  why: 'What a group may write is changed by whoever shares that group. A picture that may be run is one setting away from being run.',
  evidence: { folder: 'Folder', path: 'For example', mode: 'Mode' },
  fix: 'find FOLDER -type f -exec chmod u=rw,go-wx {} + and find FOLDER -type d -exec chmod go-w {} +, after writing the present modes down.',
  undo: 'Set the modes again that were written down.',
  risk: 'service',
  maps: [],
  reads: { webFiles },
  judge({ webFiles: { roots, loose, complete } }) {
    if (roots.length === 0) return notApplicable('There is no web root');
    if (loose === null || (loose.length === 0 && !complete))
      return unknown('Some folders below the web roots could not be entered');
    return failures(
      loose.map(({ folder, path, mode }) => ({ subject: `folder ${folder}`, evidence: { folder, path, mode } })),
    );
  },
});
