// MAIL-002: SMTP without TLS or with snakeoil certificate.
import { check, notApplicable, passIf } from '../check.ts';
import { guide, step } from '../guide.ts';
import { postconf } from '../guides/mail.ts';
import { certificates } from '../probes/certificates.ts';
import { mail } from '../probes/mail.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'MAIL-002',
  area: 'mail',
  severity: 'high',
  title: 'SMTP without TLS or with snakeoil certificate',
  measured: 'postconf: smtpd_tls_security_level, smtp_tls_security_level, smtpd_tls_cert_file',
  expected: 'TLS is offered both ways, with a certificate of an authority',
  why: 'Without it every mail goes readable over the net. With the certificate of the installer nobody can tell this server from another one.',
  evidence: { incoming: 'Incoming', outgoing: 'Outgoing', certificate: 'Certificate', selfSigned: 'Self-signed' },
  fix: 'smtpd_tls_security_level = may, smtp_tls_security_level = may, and a real certificate for the server’s name; postfix reload.',
  undo: 'Put the former main.cf back and reload.',
  risk: 'service',
  maps: [],
  reads: { mail, certificates },
  judge({ mail: { postfix }, certificates: { certificates } }) {
    if (postfix === null) return notApplicable('Postfix is not installed, or could not be asked');
    const of = (key: string): string => postfix.settings[key] ?? '';
    if (/^(?:loopback-only|localhost|127\.)/.test(of('inet_interfaces')))
      return notApplicable('Postfix takes mail of this server only');
    const file = of('smtpd_tls_cert_file');
    const selfSigned = certificates.find(({ path }) => path === file)?.selfSigned ?? false;
    const on = /^(?:may|encrypt|dane|verify|secure|fingerprint)/;
    const good = on.test(of('smtpd_tls_security_level')) && on.test(of('smtp_tls_security_level')) && file !== '';
    return passIf(good && !/snakeoil/.test(file) && !selfSigned, {
      incoming: of('smtpd_tls_security_level') || 'none',
      outgoing: of('smtp_tls_security_level') || 'none',
      certificate: file || 'none',
      selfSigned,
    });
  },
  steps({ evidence: { incoming, outgoing, certificate } }) {
    return guide(
      [
        postconf(`Incoming is “${incoming}”, outgoing “${outgoing}”. Offer TLS both ways.`, {
          smtpd_tls_security_level: 'may',
          smtp_tls_security_level: 'may',
        }),
        step(
          `The certificate is “${certificate}”. Name one of an authority for this server’s name, and its key: postconf -e smtpd_tls_cert_file=… smtpd_tls_key_file=….`,
          undefined,
          sh`openssl s_client -connect 127.0.0.1:25 -starttls smtp </dev/null 2>/dev/null | openssl x509 -noout -subject -issuer -enddate`,
        ),
      ],
      [postconf('As it was.', { smtpd_tls_security_level: incoming, smtp_tls_security_level: outgoing })],
    );
  },
});
