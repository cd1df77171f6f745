// WAF-004: Sites without WAF.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { webServer } from '../probes/web-server.ts';

export default check({
  id: 'WAF-004',
  area: 'waf',
  severity: 'medium',
  title: 'Sites without WAF',
  measured: 'nginx’s settings: modsecurity of each site',
  expected: 'every named site has the rule engine, where the server has it',
  why: 'One site without rules on a server is the one that is attacked. What is found there reaches the others.',
  evidence: { names: 'Site', listens: 'Listens on' },
  fix: 'modsecurity on; with the common rules file in its server block; nginx -t, reload.',
  undo: 'modsecurity off; in that server block, reload.',
  risk: 'low',
  maps: [],
  reads: { webServer },
  judge({ webServer: { installed, complete, vhosts } }) {
    if (installed && !complete) return unknown('nginx’s settings could not be read');
    const real = vhosts.filter(({ names, redirects }) => names.length > 0 && !redirects);
    if (!vhosts.some(({ modsecurity }) => modsecurity))
      return notApplicable('No site has the rule engine: see WAF-001');
    return failures(
      real.flatMap(({ names, listens, modsecurity }) =>
        modsecurity
          ? []
          : [
              {
                subject: `site ${names[0] ?? ''}`,
                evidence: { names: names.slice(0, 5).join(', '), listens: listens.join(', ').slice(0, 200) },
              },
            ],
      ),
    );
  },
});
