// The keys that a server says it signs mail with, beside those that the DNS publishes. Pure.
import type { PublishedKey, SigningKey } from '../dkim/key.ts';
import type { KeyInUse } from '../probes/dkim-keys.ts';
import type { DkimFromOutside } from './dkim.ts';

export interface ComparedKey {
  /** `*`: whatever domain has no key of its own; none of them was asked for. */
  readonly domain: string;
  readonly selector: string;
  readonly file: string | null;
  /** null: the server could not read it. */
  readonly signs: SigningKey | null;
  /** null: not asked, or nobody answered. */
  readonly published: readonly PublishedKey[] | null;
  /**
   * same: what is signed can be verified. other: another key is published. missing: none is. revoked: the record says that
   * there is none any more, or cannot be read. elsewhere: neither site nor mail of that name is here, so that it sends none.
   */
  readonly verdict: 'same' | 'other' | 'missing' | 'revoked' | 'elsewhere' | 'not-compared';
}

/** `own`: domains of the sites of the server. */
export function compareDkim(
  keys: readonly KeyInUse[],
  outside: DkimFromOutside,
  own: ReadonlySet<string>,
): ComparedKey[] {
  // Several senders may be signed for with one key.
  const different = new Map(keys.map((key) => [`${key.domain} ${key.selector} ${key.file}`, key]));
  return [...different.values()].flatMap((key) => {
    const { domain, selector, file, key: signs } = key;
    const saidThen = outside.said?.find((one) => one.domain === domain && one.selector === selector);
    const asked = outside.published.filter(
      (one) => one.selector === selector && (one.domain === domain || (domain === '*' && !hasOwn(keys, one.domain))),
    );
    const row = { domain, selector, file, signs };
    if (asked.length === 0) return [{ ...row, published: null, verdict: 'not-compared' as const }];
    return asked.map(({ domain: at, here, keys: published }) => ({
      ...row,
      domain: at,
      published,
      verdict:
        here === false && !own.has(at)
          ? ('elsewhere' as const)
          : saidThen?.sha256 !== signs?.sha256 || (here === null && !own.has(at))
            ? ('not-compared' as const)
            : verdictOf(signs, published),
    }));
  });
}

const hasOwn = (keys: readonly KeyInUse[], name: string): boolean =>
  keys.some(({ from, domain }) => from === name || domain === name);

function verdictOf(signs: SigningKey | null, published: readonly PublishedKey[] | null): ComparedKey['verdict'] {
  if (signs === null || published === null) return 'not-compared';
  if (published.length === 0) return 'missing';
  if (published.some(({ sha256 }) => sha256 === signs.sha256)) return 'same';
  return published.every(({ sha256 }) => sha256 === null) ? 'revoked' : 'other';
}

/** The key that signs mail of that domain, as far as the server has said. */
export const isSigned = (keys: readonly KeyInUse[], domain: string): boolean =>
  keys.some(({ from, below }) => from === '*' || from === domain || (below && domain.endsWith(`.${from}`)));
