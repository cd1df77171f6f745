// WEB-002: Certificate does not cover the host names.
import { check, failures, listed, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { certbotName, hosts, shownBy } from '../guides/certificates.ts';
import { reloadNginx } from '../guides/services.ts';
import { certificates, covers } from '../probes/certificates.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'WEB-002',
  area: 'web',
  severity: 'high',
  title: 'Certificate does not cover the host names',
  measured: 'server_name of each site against the names in its certificate',
  expected: 'every name that a site answers to is in its certificate',
  why: 'A visitor who comes by the missing name is told that somebody may be listening. People who click that away will click the real one away too.',
  evidence: { file: 'File', missing: 'Not covered', names: 'Covers' },
  fix: 'Issue it again with all names (certbot --expand -d …), reload.',
  undo: 'Point the site to the former certificate and reload.',
  risk: 'low',
  maps: [],
  reads: { certificates },
  judge({ certificates: { certificates, complete } }) {
    const wrong = certificates.flatMap(({ path, names, servedNames }) => {
      const missing = servedNames.filter((name) => !covers(names, name));
      return missing.length === 0
        ? []
        : [{ subject: path, evidence: { file: path, missing: listed(missing), names: listed(names) } }];
    });
    if (wrong.length === 0 && !complete) return unknown('Not every certificate could be read');
    return certificates.length === 0 ? notApplicable('No service shows a certificate') : failures(wrong);
  },
  steps({ evidence: { file, missing, names } }) {
    const name = certbotName(file);
    const all = hosts(names, missing);
    return guide(
      [
        step(`“${file}” does not cover: ${missing}.`, shownBy(file)),
        name === ''
          ? step(
              `Order one for all of: ${names}, ${missing}. Put it in the place of this one.`,
              undefined,
              shownBy(file),
            )
          : step(
              'Have it issued with all names; certbot asks how it may prove that they are yours.',
              all === '' ? null : sh`certbot certonly --expand --cert-name ${name} -d ${all}`,
              shownBy(file),
            ),
        reloadNginx(),
      ],
      name === ''
        ? []
        : [
            step(
              'Former ones stay here; point the site to one and load it.',
              sh`ls -l /etc/letsencrypt/archive/${name}`,
            ),
          ],
    );
  },
});
