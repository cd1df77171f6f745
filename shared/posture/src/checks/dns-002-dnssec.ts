// DNS-002: DNSSEC missing, broken or signatures expiring.
import { check, notApplicable, overall } from '../check.ts';
import { outsideNames } from '../outside/names.ts';

export default check({
  id: 'DNS-002',
  area: 'dns',
  severity: 'low',
  title: 'DNSSEC missing, broken or signatures expiring',
  measured: 'a query with the DO bit to a validating resolver: AD flag, end of the signatures',
  expected: 'answers are signed and validated, with more than 7 days left',
  why: 'Without signatures whoever answers first can send visitors and mail elsewhere. Signatures that run out take the domain off the net for everybody who checks them.',
  evidence: { domain: 'Domain', state: 'State', until: 'First signature ends' },
  fix: 'Sign the zone, give its DS record to the registrar, and see that signatures are made anew by themselves. Where that is not wanted, accept it.',
  undo: 'Take the DS record out first, and the signatures two days later.',
  risk: 'service',
  maps: ['NETW-2706'],
  reads: { outsideNames },
  judge({ outsideNames: { domains, left } }, { policy, now }) {
    if (domains.length === 0 && left === 0) return notApplicable('No site of this server is known');
    const limit = new Date(now.getTime() + policy.signatureDays * 86_400_000).toISOString();
    const answers = domains.map(({ name, dnssec }) => {
      // Signed, but by a resolver that does not validate nobody can tell whether that holds.
      if (dnssec === null || dnssec.state === 'not-validated') return 'not-known' as const;
      const ending = dnssec.until !== null && dnssec.until < limit;
      // The day of a good signature moves on by itself; only one that ends is evidence.
      return dnssec.state === 'signed' && !ending
        ? ('fine' as const)
        : {
            subject: `domain ${name}`,
            evidence: { domain: name, state: dnssec.state, until: ending ? (dnssec.until ?? '').slice(0, 10) : 'none' },
          };
    });
    return overall(answers, left, 'Not every domain could be asked, or the resolver does not validate');
  },
});
