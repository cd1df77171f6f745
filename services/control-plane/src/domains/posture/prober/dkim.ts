// Keys of DKIM as the DNS publishes them: at the usual selectors, and at those that the server says it signs with. What it
// names is asked for in the DNS and nowhere else: no address comes of it.
import { keyOfRecord, type PublishedKey } from '@muster/posture/dkim/key';
import { DKIM_SELECTOR, DNS_NAME } from '@muster/posture/dns-name';
import type { DkimFromOutside, Published, SignedWith } from '@muster/posture/outside/dkim';
import type { Names } from './resolver.ts';
import { severalAtOnce } from './several-at-once.ts';
import { tagsOf } from './tags.ts';

const MOST_SAID = 300;
const MOST_QUESTIONS = 600;
/** One is right (RFC 6376 §3.6.2.2). */
const MOST_KEYS = 5;
const MOST_EXCHANGES = 10;

/** Empty: there is no record. null: nobody knows. */
export async function publishedKeys(domain: string, selector: string, names: Names): Promise<PublishedKey[] | null> {
  const texts = await names.texts(`${selector}._domainkey.${domain}`);
  return (
    texts
      ?.map(tagsOf)
      .filter((tags) => tags.has('p'))
      .map((tags) => keyOfRecord(tags.get('k') ?? 'rsa', tags.get('p') ?? ''))
      .slice(0, MOST_KEYS) ?? null
  );
}

export interface DkimQuestions {
  readonly names: Names;
  /** What the server says it signs with; null: it has not said. */
  readonly signing: readonly SignedWith[] | null;
  /** Domains of its sites: what a key for any sender is asked for. */
  readonly domains: readonly string[];
  /** Addresses of the server. */
  readonly server: readonly string[];
}

export async function lookAtSelectors(
  { names, signing, domains, server }: DkimQuestions,
  bounds: { readonly most: number; readonly until: number },
): Promise<DkimFromOutside> {
  const said = signing?.filter(isSound).slice(0, MOST_SAID) ?? null;
  const all = questionsOf(said ?? [], domains);
  const some = all.slice(0, MOST_QUESTIONS);
  const arriving = new Map<string, Promise<boolean | null>>();
  const published = await severalAtOnce(some, bounds, async ({ domain, selector }): Promise<Published> => {
    const here = arriving.get(domain) ?? arrivesHere(domain, names, server);
    arriving.set(domain, here);
    return { domain, selector, here: await here, keys: await publishedKeys(domain, selector, names) };
  });
  return { said, published, left: all.length - published.length };
}

/** A server is a stranger: what cannot stand in the DNS is not asked for. */
const isSound = ({ domain, selector }: SignedWith): boolean =>
  (domain === '*' || DNS_NAME.test(domain)) && DKIM_SELECTOR.test(selector);

function questionsOf(said: readonly SignedWith[], domains: readonly string[]) {
  const questions = said.flatMap(({ domain, selector }) =>
    (domain === '*' ? domains : [domain]).map((name) => ({ domain: name, selector })),
  );
  return [...new Map(questions.map((one) => [`${one.selector} ${one.domain}`, one])).values()];
}

/** Mail to the domain arrives at one of the addresses; null: that is not known. */
async function arrivesHere(domain: string, names: Names, server: readonly string[]): Promise<boolean | null> {
  if (server.length === 0) return null;
  const exchanges = await names.exchanges(domain);
  if (exchanges === null) return null;
  const found = await Promise.all(exchanges.slice(0, MOST_EXCHANGES).map((exchange) => names.addresses(exchange)));
  if (found.some((addresses) => addresses?.some((address) => server.includes(address)))) return true;
  return found.includes(null) ? null : false;
}
