// WEB-003: Chain incomplete, self-signed or key mismatch.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { loadedBy, shownBy } from '../guides/certificates.ts';
import { certificates } from '../probes/certificates.ts';
import { sh } from '../shell.ts';

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
    if (wrong.length === 0 && certificates.some(({ keyUnread }) => keyUnread)) {
      return unknown('Not every key could be compared with its certificate');
    }
    if (certificates.length === 0) return notApplicable('No service shows a certificate');
    return failures(
      wrong.map(({ path, chain, selfSigned, keyFits, usedBy }) => ({
        subject: path,
        evidence: { file: path, chain, selfSigned, keyFits: keyFits ?? 'not compared', usedBy: usedBy.join(', ') },
      })),
    );
  },
  steps({ evidence: { file, chain, selfSigned, keyFits, usedBy } }) {
    const wrong =
      selfSigned === true
        ? 'nobody but itself signed it'
        : keyFits === false
          ? 'the key does not belong to it'
          : `its chain is ${chain}`;
    return guide(
      [
        step(`“${file}”: ${wrong}.`, sh`openssl verify -untrusted ${file} ${file}`, shownBy(file)),
        step('See who is told of it.', sh`grep -rnF -- ${file} /etc/nginx /etc/postfix /etc/dovecot`),
        step(
          selfSigned === true
            ? 'Order one of a public authority for its names, and name that instead.'
            : 'Name the full chain (fullchain.pem, not cert.pem) and the key that lies beside it.',
          undefined,
          sh`openssl verify -untrusted ${file} ${file}`,
        ),
        loadedBy(usedBy),
      ],
      [step(`Name “${file}” again.`), loadedBy(usedBy)],
    );
  },
});
