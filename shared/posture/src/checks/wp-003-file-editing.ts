// WP-003: Dashboard file editing allowed.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { wordpress } from '../probes/wordpress.ts';

export default check({
  id: 'WP-003',
  area: 'wordpress',
  severity: 'medium',
  title: 'Dashboard file editing allowed',
  measured: 'DISALLOW_FILE_EDIT and DISALLOW_FILE_MODS of wp-config.php',
  expected: 'true',
  why: 'With it an administrator’s password is enough to run any program as the site. Nobody who works on files does so in the dashboard.',
  evidence: { site: 'Site' },
  fix: "define('DISALLOW_FILE_EDIT', true); before the line that says stop editing.",
  undo: 'Take the line out.',
  risk: 'low',
  maps: [],
  reads: { wordpress },
  judge({ wordpress: { sites } }) {
    if (sites.length === 0) return notApplicable('There is no WordPress');
    const open = sites.filter(({ fileEditing }) => fileEditing === true);
    if (open.length === 0 && sites.some(({ fileEditing }) => fileEditing === null))
      return unknown('Not every wp-config.php could be read');
    return failures(open.map(({ root }) => ({ subject: root, evidence: { site: root } })));
  },
});
