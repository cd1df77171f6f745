// MAIL-003: Auth allowed without TLS.
import { check, failures, notApplicable } from '../check.ts';
import { guide } from '../guide.ts';
import { dovecot, dovecotBefore, postconf } from '../guides/mail.ts';
import { mail } from '../probes/mail.ts';

export default check({
  id: 'MAIL-003',
  area: 'mail',
  severity: 'high',
  title: 'Auth allowed without TLS',
  measured: 'postconf smtpd_tls_auth_only and master.cf; doveconf ssl, disable_plaintext_auth, ssl_min_protocol',
  expected: 'passwords are taken over TLS 1.2 or newer only',
  why: 'A password that goes without TLS is read in every café. It is the same one that opens the panel and the shop.',
  evidence: { program: 'Program', setting: 'Setting', value: 'Value' },
  fix: 'smtpd_tls_auth_only = yes; ssl = required, disable_plaintext_auth = yes, ssl_min_protocol = TLSv1.2; reload both.',
  undo: 'Put the former values back and reload.',
  risk: 'service',
  maps: [],
  reads: { mail },
  judge({ mail: { postfix, dovecot } }) {
    if (postfix === null && dovecot === null)
      return notApplicable('There is no Postfix and no Dovecot, or they could not be asked');
    const takes =
      postfix?.settings['smtpd_sasl_auth_enable'] === 'yes' ||
      (postfix?.submission ?? []).some(({ settings }) => settings.some((one) => /sasl_auth_enable=yes/.test(one)));
    const guarded =
      postfix?.settings['smtpd_tls_auth_only'] === 'yes' ||
      ((postfix?.submission.length ?? 0) > 0 &&
        postfix?.settings['smtpd_sasl_auth_enable'] !== 'yes' &&
        postfix?.submission.every(({ settings }) =>
          settings.some((one) => /tls_security_level=encrypt|tls_wrappermode=yes|tls_auth_only=yes/.test(one)),
        ));
    const wrong = [
      ...(takes && !guarded
        ? [
            {
              program: 'Postfix',
              setting: 'smtpd_tls_auth_only',
              value: postfix?.settings['smtpd_tls_auth_only'] ?? '',
            },
          ]
        : []),
      ...(dovecot !== null && dovecot.ssl !== 'required' && !(dovecot.ssl === 'yes' && dovecot.plaintextBarred)
        ? [
            {
              program: 'Dovecot',
              setting: 'ssl, disable_plaintext_auth',
              value: `${dovecot.ssl}, ${dovecot.plaintextBarred ? 'yes' : 'no'}`,
            },
          ]
        : []),
      ...(dovecot !== null && /^(?:SSLv\d|TLSv1|TLSv1\.1|ANY)$/.test(dovecot.minProtocol)
        ? [{ program: 'Dovecot', setting: 'ssl_min_protocol', value: dovecot.minProtocol }]
        : []),
    ];
    return failures(wrong.map((evidence) => ({ subject: `${evidence.program} ${evidence.setting}`, evidence })));
  },
  steps({ evidence: { program, setting, value } }) {
    if (program === 'Postfix') {
      return guide(
        [postconf(`${setting} is “${value}”: take passwords over TLS only.`, { smtpd_tls_auth_only: 'yes' })],
        [postconf('As it was.', { smtpd_tls_auth_only: value === '' ? 'no' : value })],
      );
    }
    const wanted =
      setting === 'ssl_min_protocol'
        ? ['ssl_min_protocol = TLSv1.2']
        : ['ssl = required', 'disable_plaintext_auth = yes'];
    return guide(
      [dovecot(`${setting} is “${value}”: take passwords over TLS 1.2 or newer only.`, wanted)],
      [dovecotBefore(wanted)],
    );
  },
});
