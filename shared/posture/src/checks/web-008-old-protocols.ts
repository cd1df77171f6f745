// WEB-008: TLS 1.0 or 1.1 negotiable.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { askTls, reloadNginx, whereSite } from '../guides/services.ts';
import { webAnswers } from '../probes/web-answers.ts';

export default check({
  id: 'WEB-008',
  area: 'web',
  severity: 'high',
  title: 'TLS 1.0 or 1.1 negotiable',
  measured: 'a real handshake per protocol over loopback (openssl s_client)',
  expected: 'TLS 1.2 and 1.3 only',
  why: 'The old protocols can be broken by whoever is on the way, and card schemes forbid them. No browser of the last five years needs them.',
  evidence: { name: 'Site', protocols: 'Answered' },
  fix: 'ssl_protocols TLSv1.2 TLSv1.3; nginx -t, reload.',
  undo: 'Put the former line back and reload.',
  risk: 'service',
  maps: ['HTTP-6710'],
  reads: { webAnswers },
  judge({ webAnswers: { sites, read } }) {
    if (!read) return unknown('The sites could not be asked');
    const secure = sites.filter(({ https }) => https !== null);
    if (secure.length === 0) return notApplicable('No site answers on https');
    return failures(
      secure.flatMap(({ name, oldProtocols }) =>
        oldProtocols.length === 0
          ? []
          : [{ subject: `site ${name}`, evidence: { name, protocols: oldProtocols.join(', ') } }],
      ),
    );
  },
  steps({ evidence: { name, protocols } }) {
    const option = String(protocols).includes('1.1') ? '-tls1_1' : '-tls1';
    return guide(
      [
        step(`${name} answered ${protocols}. See which file is about it.`, whereSite(name)),
        step(
          'Write “ssl_protocols TLSv1.2 TLSv1.3;” into its server block. The block that is first, or default_server, decides for all sites of an address.',
          'grep -rn ssl_protocols /etc/nginx /etc/letsencrypt/options-ssl-nginx.conf',
        ),
        reloadNginx(askTls(name, option)),
      ],
      [step('Put the former line back.'), reloadNginx()],
    );
  },
});
