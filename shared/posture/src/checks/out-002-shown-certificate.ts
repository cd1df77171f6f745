// OUT-002: Visitors are shown a certificate that they cannot trust.
import { check, notApplicable, overall } from '../check.ts';
import { guide, step } from '../guide.ts';
import { reloadNginx, whereSite } from '../guides/services.ts';
import { wrongWith } from '../outside/certificate.ts';
import { outsideTls } from '../outside/tls.ts';
import { HOST, only, sh } from '../shell.ts';

export default check({
  id: 'OUT-002',
  area: 'web',
  severity: 'high',
  title: 'Visitors are shown a certificate that they cannot trust',
  measured: 'a handshake from outside with the site’s name on port 443',
  expected: 'a chain to a public authority, the site’s name, more than 21 days left',
  why: 'The files on the server can be right and what is shown another: a service that was not reloaded, an address of the wrong site, a proxy in between. Visitors see only this one.',
  evidence: { name: 'Site', address: 'Address', wrong: 'Wrong', issuer: 'Issuer', until: 'Valid until' },
  fix: 'Compare it with the file that the web server names (nginx -T); reload the service, or renew the certificate with its full chain.',
  undo: 'Point the site to the former files and reload.',
  risk: 'low',
  maps: ['CRYP-7902'],
  reads: { outsideTls },
  judge({ outsideTls: { services, left } }, { policy, now }) {
    const sites = services.filter(({ kind, answered }) => kind === 'https' && answered !== 'plain');
    if (sites.length === 0 && left === 0) return notApplicable('No site answers on https from outside');
    const limit = new Date(now.getTime() + policy.certificateDays * 86_400_000);
    const answers = sites.map(({ name, address, certificate }) => {
      if (certificate === null) return 'not-known' as const;
      const wrong = wrongWith(certificate, [name], limit);
      const { issuer, until } = certificate;
      return wrong === ''
        ? ('fine' as const)
        : { subject: `site ${name}`, evidence: { name, address, wrong, issuer, until: until.slice(0, 10) } };
    });
    return overall(answers, left, 'Not every site could be asked from outside');
  },
  steps({ evidence: { name, address, wrong } }) {
    const host = only(name, HOST);
    const at = only(address, /^[\da-f.:]+$/i);
    const to = at === '' ? '' : at.includes(':') ? `[${at}]:443` : `${at}:443`;
    const shown = sh`openssl s_client -connect ${to} -servername ${host} </dev/null 2>/dev/null | openssl x509 -noout -subject -issuer -enddate`;
    return guide([
      step(`Visitors of ${name} see: ${wrong}.`, shown),
      step(
        'Find the certificate that the web server names for it. It must be the full chain (fullchain.pem).',
        whereSite(host),
      ),
      step(
        'Renew it if its end is near.',
        sh`certbot renew --cert-name ${host}`,
        sh`certbot certificates --cert-name ${host}`,
      ),
      reloadNginx(shown),
    ]);
  },
});
