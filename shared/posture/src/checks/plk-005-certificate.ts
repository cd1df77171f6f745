// PLK-005: Panel or mail shows a certificate that nobody can trust.
import { check, notApplicable, overall } from '../check.ts';
import { wrongWith } from '../outside/certificate.ts';
import { outsideTls } from '../outside/tls.ts';

export default check({
  id: 'PLK-005',
  area: 'panel',
  severity: 'medium',
  title: 'Panel or mail uses a certificate that nobody can trust',
  measured: 'a handshake from outside: panel ports, 465, 993, 995, and STARTTLS on 25, 587, 143, 110',
  expected: 'a chain to a public authority, a name of this server, more than 21 days left',
  why: 'People who have to click a warning away to reach their mail or panel will click the real one away too. Other mail servers note it, and some refuse.',
  evidence: { service: 'Service', port: 'Port', address: 'Address', wrong: 'Wrong', names: 'Covers' },
  fix: 'Issue one for the server’s own name (Let’s Encrypt), and give it to panel and mail (Plesk: Tools & Settings, SSL/TLS Certificates; smtpd_tls_cert_file; ssl_cert).',
  undo: 'Choose the former certificate and reload.',
  risk: 'low',
  maps: [],
  reads: { outsideTls },
  judge({ outsideTls: { services } }, { policy, now }) {
    const asked = services.filter(({ kind, answered }) => kind !== 'https' && answered !== 'plain');
    if (asked.length === 0) return notApplicable('No panel or mail service with TLS answers from outside');
    const limit = new Date(now.getTime() + policy.certificateDays * 86_400_000);
    const named = [...new Set(services.map(({ name }) => name).filter((name) => name !== ''))];
    const answers = asked.map(({ name, address, port, kind, certificate }) => {
      if (certificate === null) return 'not-known' as const;
      const wrong = wrongWith(certificate, name === '' ? named : [name, ...named], limit);
      return wrong === ''
        ? ('fine' as const)
        : {
            subject: `${kind} port ${port} on ${address}`,
            evidence: { service: kind, port, address, wrong, names: certificate.names.slice(0, 5).join(', ') },
          };
    });
    return overall(answers, 0, 'Not every service answered');
  },
});
