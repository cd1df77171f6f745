// OUT-003: TLS 1.0 or 1.1 negotiable from outside, on any service.
import { check, notApplicable, overall } from '../check.ts';
import { outsideTls } from '../outside/tls.ts';

export default check({
  id: 'OUT-003',
  area: 'web',
  severity: 'medium',
  title: 'Old TLS negotiable from outside',
  measured: 'a handshake from outside per protocol: web, panel, mail (STARTTLS)',
  expected: 'TLS 1.2 and 1.3 only',
  why: 'The old protocols can be broken by whoever is on the way. Mail servers and panels keep them long after the web server has given them up.',
  evidence: { service: 'Service', port: 'Port', address: 'Address', protocols: 'Answered' },
  fix: 'Give TLS 1.2 as the least version in the service that has the port (ssl_protocols, smtpd_tls_protocols, ssl_min_protocol), reload.',
  undo: 'Put the former line back and reload.',
  risk: 'service',
  maps: ['HTTP-6710'],
  reads: { outsideTls },
  judge({ outsideTls: { services, left } }) {
    const asked = services.filter(({ answered }) => answered !== 'plain');
    if (asked.length === 0 && left === 0) return notApplicable('No service with TLS answers from outside');
    const answers = asked.map(({ name, address, port, kind, answered, protocols }) => {
      if (answered === 'silent') return 'not-known' as const;
      const old = protocols.filter((one) => one === 'TLSv1' || one === 'TLSv1.1');
      return old.length === 0
        ? ('fine' as const)
        : {
            subject: `${kind} ${name} port ${port} on ${address}`,
            evidence: { service: kind, port, address, protocols: old.join(', ') },
          };
    });
    return overall(answers, left, 'Not every service could be asked from outside');
  },
});
