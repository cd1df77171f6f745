// What the DNS says of a domain: CAA, DNSSEC, and how its mail is told from forged mail.
import type { DomainFromOutside, MailFromOutside } from '@muster/posture/outside/names';
import { publishedKeys } from './dkim.ts';
import type { Signatures } from './dnssec.ts';
import { upwards, type Names } from './resolver.ts';
import { readSpf } from './spf.ts';
import { tagsOf } from './tags.ts';

export interface DomainQuestions {
  readonly names: Names;
  readonly signatures: Signatures;
  readonly selectors: readonly string[];
  /** Addresses of the server: as a sender, and as where mail arrives. */
  readonly server: readonly string[];
}

const MOST_UPWARDS = 6;

export async function lookAtDomain(name: string, questions: DomainQuestions): Promise<DomainFromOutside> {
  const [caa, dnssec, mail] = await Promise.all([
    caaOf(name, questions.names),
    questions.signatures.of(name),
    mailOf(name, questions),
  ]);
  return { name, caa, dnssec, mail };
}

/** RFC 8659 §3: the nearest name with any record decides. */
async function caaOf(name: string, names: Names): Promise<DomainFromOutside['caa']> {
  for (const at of upwards(name).slice(0, MOST_UPWARDS)) {
    const records = await names.caa(at);
    if (records === null) return null;
    if (records.length === 0) continue;
    const issuers = records.flatMap(({ issue, issuewild }) => issue ?? issuewild ?? []);
    return { at, issuers: issuers.map((issuer) => issuer.slice(0, 120)).slice(0, 20) };
  }
  return { at: '', issuers: [] };
}

async function mailOf(name: string, questions: DomainQuestions): Promise<MailFromOutside | null> {
  const { names, server, selectors } = questions;
  const exchanges = await names.exchanges(name);
  if (exchanges === null) return null;
  const none = { exchanges: [], here: false, spf: null, dmarc: null, dkim: null, selectors: [] };
  if (exchanges.length === 0) return none;
  const first = exchanges.slice(0, 10);
  const [arrives, spf, dmarc, dkim] = await Promise.all([
    Promise.all(first.map((exchange) => names.addresses(exchange))),
    readSpf(name, server, {
      texts: (of) => names.texts(of),
      addresses: (of) => names.addresses(of),
      exchanges: (of) => names.exchanges(of),
    }),
    dmarcOf(name, names),
    dkimOf(name, selectors, names),
  ]);
  const here = arrives.some((addresses) => addresses?.some((address) => server.includes(address)));
  return {
    exchanges: first.map((exchange) => exchange.slice(0, 253)),
    here,
    spf,
    dmarc,
    dkim,
    selectors: [...selectors],
  };
}

/** The nearest record counts; for the names below it `sp` does, where it is given (RFC 7489 §6.3). */
async function dmarcOf(name: string, names: Names): Promise<MailFromOutside['dmarc']> {
  for (const domain of upwards(name).slice(0, MOST_UPWARDS)) {
    const at = `_dmarc.${domain}`;
    const texts = await names.texts(at);
    if (texts === null) return null;
    const record = texts.find((text) => /^v=DMARC1\s*(?:;|$)/i.test(text));
    if (record === undefined) continue;
    const tags = tagsOf(record);
    const policy = (domain === name ? undefined : tags.get('sp')) ?? tags.get('p') ?? '';
    return { at, policy: policy.toLowerCase().slice(0, 20), reports: (tags.get('rua') ?? '') !== '' };
  }
  return { at: '', policy: '', reports: false };
}

/** Of each selector that has a key. */
async function dkimOf(name: string, selectors: readonly string[], names: Names): Promise<MailFromOutside['dkim']> {
  const keys: NonNullable<MailFromOutside['dkim']> = [];
  for (const selector of selectors) {
    const published = await publishedKeys(name, selector, names);
    if (published === null) return null;
    const [first] = published;
    if (first !== undefined) keys.push({ selector, type: first.type, bits: first.bits });
  }
  return keys;
}
