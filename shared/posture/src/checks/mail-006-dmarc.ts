// MAIL-006: DMARC missing or p=none.
import { check, listed, notApplicable, overall } from '../check.ts';
import { outsideNames } from '../outside/names.ts';

export default check({
  id: 'MAIL-006',
  area: 'mail',
  severity: 'medium',
  title: 'DMARC missing or without effect',
  measured: 'TXT v=DMARC1 at _dmarc of each domain that takes mail, and of the domains above it',
  expected: 'p=quarantine or p=reject, and an address for reports (rua)',
  why: 'Only DMARC tells others what to do with mail that fails SPF and DKIM. With p=none forged mail is delivered like any other.',
  evidence: { domain: 'Domain', at: 'Record at', wrong: 'Wrong' },
  fix: 'Start with p=none and rua, read the reports for some weeks, then p=quarantine, then p=reject.',
  undo: 'Put the former record back.',
  risk: 'service',
  maps: [],
  reads: { outsideNames },
  judge({ outsideNames: { domains, left } }) {
    const asked = domains.filter(({ mail }) => mail === null || mail.exchanges.length > 0);
    if (asked.length === 0 && left === 0) return notApplicable('No site’s domain takes mail');
    const answers = asked.map(({ name, mail }) => {
      if (mail?.dmarc == null) return 'not-known' as const;
      const { at, policy, reports } = mail.dmarc;
      const wrong =
        at === ''
          ? ['no record']
          : [
              ...(/^(?:quarantine|reject)$/.test(policy) ? [] : [`p=${policy || 'nothing'}`]),
              ...(reports ? [] : ['nobody gets reports']),
            ];
      return wrong.length === 0
        ? ('fine' as const)
        : { subject: `domain ${name}`, evidence: { domain: name, at: at || 'none', wrong: listed(wrong) } };
    });
    return overall(answers, left, 'Not every domain could be asked');
  },
});
