// DNS-001: No CAA record.
import { check, listed, notApplicable, overall } from '../check.ts';
import { outsideNames } from '../outside/names.ts';
import { outsideTls } from '../outside/tls.ts';

export default check({
  id: 'DNS-001',
  area: 'dns',
  severity: 'low',
  title: 'No CAA record',
  measured: 'CAA of the name and of the names above it, against the issuer of the certificate that is shown',
  expected: 'a record that allows the authority in use',
  why: 'Without one any authority in the world may issue a certificate for the name, and one that makes a mistake is enough. A record that leaves out the authority in use stops the next renewal.',
  evidence: { domain: 'Domain', at: 'Record at', issuers: 'Allows', inUse: 'In use' },
  fix: 'Add CAA 0 issue "letsencrypt.org" (or the authority that you use) at the domain.',
  undo: 'Put the former record back.',
  risk: 'service',
  maps: [],
  reads: { outsideNames },
  compares: { outsideTls },
  judge({ outsideNames: { domains, left }, outsideTls }, { policy }) {
    if (domains.length === 0 && left === 0) return notApplicable('No site of this server is known');
    const answers = domains.map(({ name, caa }) => {
      if (caa === null) return 'not-known' as const;
      const issuer = outsideTls?.services.find((one) => one.kind === 'https' && one.name === name)?.certificate?.issuer;
      const [inUse] = Object.entries(policy.certificateAuthorities).find(([, its]) => its.test(issuer ?? '')) ?? [];
      const allowed = caa.issuers.map((one) => one.split(';')[0]?.trim() ?? '');
      return caa.at !== '' && (inUse === undefined || allowed.includes(inUse))
        ? ('fine' as const)
        : {
            subject: `domain ${name}`,
            evidence: {
              domain: name,
              at: caa.at || 'none',
              issuers: listed(allowed) || 'nobody is named',
              inUse: inUse ?? 'not known',
            },
          };
    });
    return overall(answers, left, 'Not every domain could be asked');
  },
});
