// WEB-003: Chain incomplete, self-signed or key mismatch.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { certificates } from '../probes/certificates.ts';

export default check({
  id: 'WEB-003',
  area: 'web',
  severity: 'high',
  title: 'Chain incomplete, self-signed or key mismatch',
  measured: 'openssl verify with the certificates of the server; openssl pkey for the key’s public half',
  expected: 'the chain leads to a trusted authority and the key belongs to the certificate',
  why: 'Browsers with a full cache hide a missing intermediate, phones and programs fail on it. A key that does not fit keeps the server from starting again.',
  evidence: { file: 'File', chain: 'Chain', selfSigned: 'Self-signed', keyFits: 'Key fits', usedBy: 'Used by' },
  fix: 'Use fullchain.pem instead of cert.pem, or a certificate of a public authority; then nginx -t and reload.',
  undo: 'Put the former files back and reload.',
  risk: 'low',
  maps: [],
  reads: { certificates },
  judge({ certificates: { certificates, complete } }) {
    const wrong = certificates.filter(
      ({ chain, selfSigned, keyFits }) => chain !== 'ok' || selfSigned || keyFits === false,
    );
    if (wrong.length === 0 && !complete) return unknown('Not every certificate could be read');
    if (certificates.length === 0) return notApplicable('No service shows a certificate');
    return failures(
      wrong.map(({ path, chain, selfSigned, keyFits, usedBy }) => ({
        subject: path,
        evidence: { file: path, chain, selfSigned, keyFits: keyFits ?? 'not compared', usedBy: usedBy.join(', ') },
      })),
    );
  },
});
