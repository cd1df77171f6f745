// WEB-002: Certificate does not cover the host names.
import { check, failures, listed, notApplicable, unknown } from '../check.ts';
import { certificates, covers } from '../probes/certificates.ts';

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
});
