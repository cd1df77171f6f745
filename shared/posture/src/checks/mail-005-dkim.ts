// MAIL-005: DKIM missing or mismatched.
import { check, listed, notApplicable, overall, type Failure } from '../check.ts';
import { isStrong, keyInWords } from '../dkim/key.ts';
import { guide, step } from '../guide.ts';
import { compareDkim, isSigned, type ComparedKey } from '../outside/compare-dkim.ts';
import { outsideDkim } from '../outside/dkim.ts';
import { outsideNames, type DomainFromOutside } from '../outside/names.ts';
import { dkimKeys } from '../probes/dkim-keys.ts';
import { HOST, only, sh } from '../shell.ts';

type Answer = Failure | 'fine' | 'not-known';

const WRONG: Readonly<Partial<Record<ComparedKey['verdict'], string>>> = {
  other: 'another key is published than the one that signs',
  missing: 'no key is published where signatures name it',
  revoked: 'the published key is revoked, or cannot be read',
};

export default check({
  id: 'MAIL-005',
  area: 'mail',
  severity: 'high',
  title: 'DKIM missing or mismatched',
  measured:
    'openssl pkey -pubout of the keys that OpenDKIM and Rspamd sign with; TXT of their selectors, and of the usual ones, below _domainkey of each domain',
  expected: 'each domain that sends mail here is signed with the key that is published, of at least 1024 bits',
  why: 'A signature that cannot be verified counts as none, and with DMARC the mail may be refused. After a move or a new key both halves often differ, and nobody sees it in the mail that leaves.',
  evidence: {
    domain: 'Domain',
    selectors: 'Selectors',
    wrong: 'Wrong',
    signs: 'Signs with',
    file: 'Key file',
    published: 'Published',
  },
  fix: 'Make a key of 2048 bits under a new selector, publish its public half at selector._domainkey, and then let the mail server sign with it.',
  undo: 'Let it sign with the former selector again.',
  risk: 'service',
  maps: [],
  reads: { outsideNames, outsideDkim, dkimKeys },
  judge({ outsideNames: names, outsideDkim, dkimKeys: { signers, keys, left } }) {
    const { domains } = names;
    const own = new Set(domains.map(({ name }) => name));
    const compared = compareDkim(keys, outsideDkim, own).filter(({ verdict }) => verdict !== 'elsewhere');
    const all = signers.length > 0 && signers.every(({ read }) => read) && left === 0;
    const unsigned = domains.filter(
      ({ name, mail }) => (mail === null || (mail.exchanges.length > 0 && mail.here)) && !isSigned(keys, name),
    );
    const notSeen = names.left + outsideDkim.left + left;
    if (compared.length === 0 && unsigned.length === 0 && notSeen === 0) {
      return notApplicable('Mail of no site’s domain arrives here, and none is signed here');
    }
    const answers = [...compared.map(answerOf), ...unsigned.map((domain) => withoutKey(domain, all))];
    const unseen =
      signers.length === 0
        ? 'Which key the server signs with was not found: only OpenDKIM and Rspamd are read'
        : 'Not every key and record that signatures name could be read';
    return overall(answers, notSeen, unseen);
  },
  steps({ evidence: { domain, selectors, wrong } }) {
    const name = only(domain, HOST);
    const key = name === '' ? '' : `/root/dkim/${name}.pem`;
    return guide(
      [
        step(
          `Wrong with ${domain}, selector ${selectors}: ${wrong}. Make a key of 2048 bits for a new selector, s2048.`,
          sh`install -d -m 0700 /root/dkim && openssl genrsa -out ${key} 2048`,
          sh`ls -l ${key}`,
        ),
        step(
          `Publish its public half as TXT of s2048._domainkey.${domain}: v=DKIM1; k=rsa; p= and this line.`,
          sh`openssl rsa -in ${key} -pubout -outform DER 2>/dev/null | base64 -w0`,
          sh`dig +short TXT s2048._domainkey.${name}`,
        ),
        step(
          `When the record is seen, let the mail server sign ${domain} with the key and the selector (key table of OpenDKIM, dkim_signing of Rspamd), and restart it.`,
        ),
      ],
      [step(`Let it sign with the former selector again (${selectors}); both records may stay.`)],
    );
  },
});

function answerOf({ domain, selector, file, signs, published, verdict }: ComparedKey): Answer {
  if (verdict === 'not-compared' || signs === null) return 'not-known';
  const wrong = WRONG[verdict] ?? (isStrong(signs) ? null : 'the key is too short to be believed');
  if (wrong === null) return 'fine';
  return {
    subject: `domain ${domain}, selector ${selector}`,
    evidence: {
      domain,
      selectors: selector,
      wrong,
      signs: keyInWords(signs),
      file: file ?? 'none',
      published: listed((published ?? []).map(keyInWords)) || 'nothing',
    },
  };
}

/** No key of this server signs for it; whether somebody else does shows only where a usual selector has a key. */
function withoutKey({ name, mail }: DomainFromOutside, all: boolean): Answer {
  if (mail?.dkim == null) return 'not-known';
  const usual = mail.dkim.map(({ selector, bits }) => `${selector}: ${bits === 0 ? 'no key' : `${bits} bits`}`);
  if (mail.dkim.some(isStrong) || (usual.length === 0 && !all)) return 'not-known';
  return {
    subject: `domain ${name}`,
    evidence: {
      domain: name,
      selectors: listed(usual.length > 0 ? usual : mail.selectors.map((selector) => `${selector}: nothing`)),
      wrong: all ? 'the server does not sign its mail' : 'the published key cannot be used',
    },
  };
}
