// MAIL-004: SPF missing or wrong.
import { check, listed, notApplicable, overall } from '../check.ts';
import { guide, step } from '../guide.ts';
import { outsideNames, type MailFromOutside } from '../outside/names.ts';
import { HOST, only, sh } from '../shell.ts';

/** RFC 7208 §4.6.4. */
const MOST_LOOKUPS = 10;

export default check({
  id: 'MAIL-004',
  area: 'mail',
  severity: 'high',
  title: 'SPF missing or wrong',
  measured: 'TXT v=spf1 of each domain that takes mail, with what it includes',
  expected: 'one record, at most 10 lookups, ~all or -all at its end, and this server in it where mail arrives here',
  why: 'Without SPF anybody can send mail in the domain’s name and it is believed. A record that is broken or leaves the server out sends the domain’s own mail to the spam folder.',
  evidence: { domain: 'Domain', wrong: 'Wrong', record: 'Record', lookups: 'Lookups' },
  fix: 'One TXT record at the domain: v=spf1 with the addresses that really send (mx, ip4:…), and ~all, later -all.',
  undo: 'Put the former record back.',
  risk: 'service',
  maps: [],
  reads: { outsideNames },
  judge({ outsideNames: { domains, left } }) {
    const asked = domains.filter(({ mail }) => mail === null || mail.exchanges.length > 0);
    if (asked.length === 0 && left === 0) return notApplicable('No site’s domain takes mail');
    const answers = asked.map(({ name, mail }) => {
      if (mail?.spf == null) return 'not-known' as const;
      const wrong = wrongWith(mail.spf, mail.here);
      if (wrong.length === 0)
        return mail.here && mail.spf.allowsServer === null ? ('not-known' as const) : ('fine' as const);
      return {
        subject: `domain ${name}`,
        evidence: { domain: name, wrong: listed(wrong), record: mail.spf.record || 'none', lookups: mail.spf.lookups },
      };
    });
    return overall(answers, left, 'Not every domain could be asked');
  },
  steps({ evidence: { domain, wrong, record } }) {
    const name = only(domain, HOST);
    return guide(
      [
        step(`Wrong with ${domain}: ${wrong}. See what is published.`, sh`dig +short TXT ${name}`),
        step(
          `At the DNS of ${domain}, keep one TXT record that begins with v=spf1: the addresses that really send (mx, ip4:…, include:…), and ~all at its end; -all once nothing is missing. Take others away.`,
          undefined,
          sh`dig +short TXT ${name} | grep spf1`,
        ),
      ],
      [step(`Publish the former record again: ${record}`)],
    );
  },
});

function wrongWith(
  { records, lookups, all, allowsServer, problem }: NonNullable<MailFromOutside['spf']>,
  here: boolean,
): string[] {
  if (records === 0) return ['no record'];
  if (records > 1) return [`${records} records`];
  return [
    ...(problem === null ? [] : [problem]),
    ...(lookups > MOST_LOOKUPS ? [`more than ${MOST_LOOKUPS} lookups`] : []),
    ...(all === '~' || all === '-' ? [] : ['everybody else may send']),
    ...(here && allowsServer === false ? ['this server is not in it'] : []),
  ];
}
