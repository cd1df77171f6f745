// WP-008: Inactive plugins or themes present.
import { check, failures, listed, notApplicable, unknown } from '../check.ts';
import { wordpress } from '../probes/wordpress.ts';

export default check({
  id: 'WP-008',
  area: 'wordpress',
  severity: 'low',
  title: 'Inactive plugins or themes present',
  measured: 'folders of plugins and themes against active_plugins, template and stylesheet in the database',
  expected: 'what is not used is not there',
  why: 'Their files can be asked for even when they are switched off, and nobody updates them. One spare theme is enough for a repair.',
  evidence: { site: 'Site', inactive: 'Inactive' },
  fix: 'Archive and delete them (wp plugin delete).',
  undo: 'Put the archive back.',
  risk: 'low',
  maps: [],
  reads: { wordpress },
  judge({ wordpress: { sites } }) {
    if (sites.length === 0) return notApplicable('There is no WordPress');
    const idle = sites.flatMap(({ root, extensions }) => {
      const plugins = extensions.filter(({ kind, active }) => kind === 'plugin' && active === false);
      const themes = extensions.filter(({ kind, active }) => kind === 'theme' && active === false);
      const spare = [...plugins, ...themes.slice(1)];
      return spare.length === 0
        ? []
        : [{ subject: root, evidence: { site: root, inactive: listed(spare.map(({ slug }) => slug)) } }];
    });
    if (idle.length === 0 && sites.some(({ extensions }) => extensions.some(({ active }) => active === null))) {
      return unknown('The database of a site could not be asked');
    }
    return failures(idle);
  },
});
