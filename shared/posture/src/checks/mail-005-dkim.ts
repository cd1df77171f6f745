// MAIL-005: DKIM missing or mismatched.
import { check, listed, notApplicable, overall } from '../check.ts';
import { outsideNames } from '../outside/names.ts';

/** RFC 8301 §3.2: less is not believed, and 2048 is what signers should use. */
const LEAST_BITS = 1024;

export default check({
  id: 'MAIL-005',
  area: 'mail',
  severity: 'high',
  title: 'DKIM key that nobody can use',
  measured: 'TXT of the usual selectors below _domainkey of each domain that takes mail here',
  expected: 'a key that is not revoked, of at least 1024 bits',
  why: 'A signature that cannot be checked counts as none, and with DMARC the mail may be refused. The DNS does not list selectors: where none of the usual ones has a key, it is not known whether mail is signed.',
  evidence: { domain: 'Domain', selectors: 'Selectors' },
  fix: 'Make a key of 2048 bits, publish its public half at selector._domainkey, and let the mail server sign with it.',
  undo: 'Let it sign with the former selector again.',
  risk: 'service',
  maps: [],
  reads: { outsideNames },
  judge({ outsideNames: { domains, left } }) {
    const asked = domains.filter(({ mail }) => mail === null || (mail.exchanges.length > 0 && mail.here));
    if (asked.length === 0 && left === 0) return notApplicable('Mail of no site’s domain arrives here');
    const answers = asked.map(({ name, mail }) => {
      if (mail?.dkim == null || mail.dkim.length === 0) return 'not-known' as const;
      const strong = ({ type, bits }: { type: string; bits: number }): boolean =>
        type === 'ed25519' ? bits > 0 : bits >= LEAST_BITS;
      return mail.dkim.some(strong)
        ? ('fine' as const)
        : {
            subject: `domain ${name}`,
            evidence: {
              domain: name,
              selectors: listed(
                mail.dkim.map(({ selector, bits }) => `${selector}: ${bits === 0 ? 'no key' : `${bits} bits`}`),
              ),
            },
          };
    });
    return overall(answers, left, 'No key at the usual selectors; which one the server signs with is not known');
  },
});
