// WP-004: XML-RPC enabled.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { webAnswers } from '../probes/web-answers.ts';
import { wordpress } from '../probes/wordpress.ts';

export default check({
  id: 'WP-004',
  area: 'wordpress',
  severity: 'low',
  title: 'XML-RPC enabled',
  measured: 'POST /xmlrpc.php system.listMethods over loopback',
  expected: '403, 404 or 405',
  why: 'One request tries hundreds of passwords there, past every limit of the login page. Hardly any site still needs it.',
  evidence: { name: 'Site' },
  fix: 'location = /xmlrpc.php { deny all; }; nginx -t, reload. Ask first whether the site uses Jetpack or the app.',
  undo: 'Take the location out and reload.',
  risk: 'service',
  maps: [],
  reads: { wordpress, webAnswers },
  judge({ wordpress: { sites }, webAnswers: { sites: answers, read } }) {
    if (sites.length === 0) return notApplicable('There is no WordPress');
    if (!read) return unknown('The sites could not be asked');
    return failures(
      answers.filter(({ xmlrpc }) => xmlrpc).map(({ name }) => ({ subject: `site ${name}`, evidence: { name } })),
    );
  },
});
