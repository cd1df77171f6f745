// WP-009: Debug mode on production.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { wordpress } from '../probes/wordpress.ts';

export default check({
  id: 'WP-009',
  area: 'wordpress',
  severity: 'medium',
  title: 'Debug mode on production',
  measured: 'WP_DEBUG of wp-config.php; wp-content/debug.log',
  expected: 'off, and no log inside the web root',
  why: 'Errors show paths and queries to visitors, and the log lies where anybody can fetch it. Both help whoever looks for a hole.',
  evidence: { site: 'Site', debug: 'WP_DEBUG', log: 'debug.log' },
  fix: "define('WP_DEBUG', false); and move debug.log out of the web root.",
  undo: 'Put the former line back.',
  risk: 'low',
  maps: [],
  reads: { wordpress },
  judge({ wordpress: { sites } }) {
    if (sites.length === 0) return notApplicable('There is no WordPress');
    const open = sites.filter(({ debug, debugLog }) => debug === true || debugLog);
    if (open.length === 0 && sites.some(({ debug }) => debug === null))
      return unknown('Not every wp-config.php could be read');
    return failures(
      open.map(({ root, debug, debugLog }) => ({
        subject: root,
        evidence: { site: root, debug: debug ?? 'not known', log: debugLog },
      })),
    );
  },
});
