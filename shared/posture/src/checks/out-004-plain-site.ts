// OUT-004: From outside a site answers without TLS, does not lead there, or does not insist on it.
import { check, listed, notApplicable, overall, unknown } from '../check.ts';
import { outsideSites } from '../outside/sites.ts';

export default check({
  id: 'OUT-004',
  area: 'web',
  severity: 'low',
  title: 'A visitor is not kept on https',
  measured: 'requests from outside: http://NAME/ and https://NAME/',
  expected: 'http leads to https, and https sends Strict-Transport-Security of at least 180 days',
  why: 'A proxy or firewall on the way can answer other than the server itself does over loopback. What visitors get is what counts.',
  evidence: { name: 'Site', wrong: 'Wrong', http: 'Answers http with', header: 'HSTS' },
  fix: 'Return 301 https://$host$request_uri on port 80, and add_header Strict-Transport-Security on 443, in whatever answers first; reload.',
  undo: 'Take the redirect out; send max-age=0 until browsers have forgotten it.',
  risk: 'service',
  maps: ['HTTP-6710'],
  reads: { outsideSites },
  judge({ outsideSites: { sites, left, reachable } }, { policy }) {
    if (!reachable) return notApplicable('No public address of this server may be looked at');
    const here = sites.filter(({ leads }) => leads === 'here' || leads === 'not-known');
    if (here.length === 0) {
      return left > 0 ? unknown('Not every site could be asked') : notApplicable('No site’s name leads to this server');
    }
    const answers = here.map(({ name, leads, http, https }) => {
      if (leads === 'not-known' || (http === null && https === null)) return 'not-known' as const;
      const age = Number(/max-age="?(\d+)/i.exec(https?.hsts ?? '')?.[1] ?? 0);
      const wrong = [
        ...(https === null ? ['no https'] : age < policy.hstsSeconds ? ['HSTS missing or short'] : []),
        ...(http !== null && !/^https:/i.test(http.location) ? ['http does not lead to https'] : []),
      ];
      return wrong.length === 0
        ? ('fine' as const)
        : {
            subject: `site ${name}`,
            evidence: { name, wrong: listed(wrong), http: http?.status ?? 0, header: https?.hsts ?? 'none' },
          };
    });
    return overall(answers, left, 'Not every site could be asked from outside');
  },
});
