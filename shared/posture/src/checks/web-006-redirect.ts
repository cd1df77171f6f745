// WEB-006: Site without HTTPS or without redirect.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { webAnswers } from '../probes/web-answers.ts';

export default check({
  id: 'WEB-006',
  area: 'web',
  severity: 'medium',
  title: 'Site without HTTPS or without redirect',
  measured: 'curl http://NAME/ over loopback',
  expected: 'a site answers on https, and http leads there',
  why: 'What goes without TLS can be read and changed by everybody on the way. A visitor who types the bare name should not be the one it happens to.',
  evidence: { name: 'Site', http: 'Answers http with', https: 'Answers https' },
  fix: 'Get a certificate for it, and return 301 https://$host$request_uri on port 80; nginx -t, reload.',
  undo: 'Take the redirect out and reload.',
  risk: 'service',
  maps: ['HTTP-6710'],
  reads: { webAnswers },
  judge({ webAnswers: { sites, read } }) {
    if (!read) return unknown('The sites could not be asked');
    const plain = sites.filter(
      ({ http, https }) => http !== null && !(https !== null && http.location.startsWith('https:')),
    );
    return sites.length === 0
      ? notApplicable('No site is configured')
      : failures(
          plain.map(({ name, http, https }) => ({
            subject: `site ${name}`,
            evidence: { name, http: http?.status ?? 0, https: https !== null },
          })),
        );
  },
});
