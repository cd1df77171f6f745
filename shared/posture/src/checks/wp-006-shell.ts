// WP-006: PHP code or web shell in uploads.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { putBack, setAside } from '../guides/files.ts';
import { wordpress } from '../probes/wordpress.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'WP-006',
  area: 'wordpress',
  severity: 'critical',
  title: 'PHP code or web shell in uploads',
  measured: 'find and grep below wp-content/uploads, looked at again when something comes there',
  expected: 'uploads hold pictures and documents, no programs',
  why: 'Nothing that belongs there runs. PHP in this folder is how somebody who came in once comes in again.',
  evidence: { path: 'File', how: 'Found by' },
  fix: 'Move it to a folder of root (keep it as evidence), deny PHP below uploads, then find how it came: it is not the only trace.',
  undo: 'Move it back.',
  risk: 'low',
  maps: ['MALW-3280'],
  reads: { wordpress },
  judge({ wordpress: { sites, complete } }) {
    const found = sites.flatMap(({ shells }) => shells);
    if (found.length === 0 && !complete) return unknown('Some folders of sites could not be entered');
    if (sites.length === 0) return notApplicable('There is no WordPress');
    return failures(found.map(({ path, how }) => ({ subject: path, evidence: { path, how } })));
  },
  steps({ evidence: { path, how } }) {
    const uploads = /^(.*\/wp-content\/uploads)\//s.exec(String(path))?.[1];
    return guide(
      [
        step(
          `“${path}” was found by: ${how}. See when it came, and who asked for it.`,
          sh`stat -- ${path}; grep -rhF -- ${/[^/]+$/.exec(String(path))?.[0]} /var/log/nginx | tail -n 20`,
        ),
        setAside(path),
        step('See what else came.', sh`find ${uploads} -newermt '90 days ago' -name '*.ph*' -ls`),
        step(
          'Deny PHP there: “location ~ ^/wp-content/uploads/.*\\.php$ { deny all; }” in the site’s server block. Then find how it came in; it is not the only trace.',
        ),
      ],
      [putBack(path)],
    );
  },
});
