// WEB-001: Certificate expires soon.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { certbotName, loadedBy, shownBy } from '../guides/certificates.ts';
import { certificates } from '../probes/certificates.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'WEB-001',
  area: 'web',
  severity: 'critical',
  title: 'Certificate expires soon',
  measured: 'the certificate files of nginx, Postfix, Dovecot and certbot',
  expected: 'more than 21 days left',
  why: 'An expired certificate stops every visitor and every mail program at once. Renewal that works does so thirty days before.',
  evidence: { file: 'File', names: 'Names', until: 'Valid until', usedBy: 'Used by' },
  fix: 'Renew it (certbot renew --cert-name NAME, or the panel), reload the service, look at the date again.',
  undo: 'The old files stay where certbot keeps them; point the service to them and reload.',
  risk: 'low',
  maps: ['CRYP-7902'],
  reads: { certificates },
  judge({ certificates: { certificates, complete } }, { policy, now }) {
    const limit = new Date(now.getTime() + policy.certificateDays * 86_400_000).toISOString();
    const ending = certificates.filter(({ until }) => until < limit);
    if (ending.length === 0 && !complete) return unknown('Not every certificate could be read');
    if (certificates.length === 0) return notApplicable('No service shows a certificate');
    return failures(
      ending.map(({ path, names, until, usedBy }) => ({
        subject: path,
        evidence: {
          file: path,
          names: names.slice(0, 5).join(', '),
          until: until.slice(0, 10),
          usedBy: usedBy.join(', '),
        },
      })),
    );
  },
  steps({ evidence: { file, names, until, usedBy } }) {
    const name = certbotName(file);
    return guide(
      [
        step(`“${file}” (${names}) ends on ${until}.`, shownBy(file)),
        name === ''
          ? step(
              'It is not of certbot here: order it anew where it came from, for the same names, and put the new chain and key in its place.',
              undefined,
              shownBy(file),
            )
          : step('Renew it.', sh`certbot renew --cert-name ${name}`, shownBy(file)),
        loadedBy(usedBy),
      ],
      name === ''
        ? []
        : [
            step(
              'Former ones stay here; point the service to one and load it.',
              sh`ls -l /etc/letsencrypt/archive/${name}`,
            ),
          ],
    );
  },
});
