// What a program signs mail with, before any key is looked at: for whose mail, under which name in the DNS, and in which file
// the private half lies. That file is never read here, and its text never leaves the server.
import { DKIM_SELECTOR, DNS_NAME } from '../dns-name.ts';

export interface SigningRule {
  /** Domain of senders; `*`: any. */
  readonly from: string;
  /** Senders below that domain, too; some tables mean only them. */
  readonly below: boolean;
  /** The public half must stand at `<selector>._domainkey.<domain>`; `*`: at the sender's own domain. */
  readonly domain: string;
  readonly selector: string;
  /** A path, in which `$domain` may stand for the sender's; null: the key lies in no file. */
  readonly file: string | null;
}

/** What one program signs with. Not `read`: there may be more than these rules. */
export interface Signing {
  readonly read: boolean;
  readonly rules: readonly SigningRule[];
}
export const NOT_READ: Signing = { read: false, rules: [] };

/** Names that can stand in the DNS; whoever wrote others signs nothing that anybody could verify. */
export const isSound = ({ from, domain, selector }: Pick<SigningRule, 'from' | 'domain' | 'selector'>): boolean =>
  [from, domain].every((name) => name === '*' || DNS_NAME.test(name)) && DKIM_SELECTOR.test(selector);

/** A line of a key table: under which name in the DNS, with which key. */
export interface TableKey {
  /** `%`: the sender's own. */
  readonly domain: string;
  readonly selector: string;
  /** A path, in which `%` stands for the domain; anything else is the key itself. */
  readonly key: string;
}

export interface Senders {
  readonly from: string;
  readonly below: boolean;
  /** Not the mail of one address only. */
  readonly whole: boolean;
}

const senders = (from: string, below: boolean, whole: boolean): Senders => ({ from: from.toLowerCase(), below, whole });

/**
 * Whom a line of a signing table is for. As patterns (opendkim.conf(5) `refile`, globs of Rspamd) it is matched against
 * the whole address; as plain keys (`file`) it is looked up as user@host, host, user@.domain, .domain, user@* and *.
 * undefined: it matches no address. null: which ones it matches cannot be said.
 */
export function sendersOf(text: string, as: 'patterns' | 'keys'): Senders | null | undefined {
  const at = text.lastIndexOf('@');
  const user = at < 0 ? '' : text.slice(0, at);
  const host = text.slice(at + 1);
  const whole = at < 0 || user === '*';
  if (host === '*') return senders('*', false, whole);
  if (as === 'keys') return host.startsWith('.') ? senders(host.slice(1), true, whole) : senders(host, false, whole);
  if (at < 0 && !host.startsWith('*')) return undefined;
  const domain = host.replace(/^\*?\.?/, '');
  return domain.includes('*') || domain.includes('?') ? null : senders(domain, host.startsWith('*'), whole);
}

export interface Tables {
  /** Key names, and lines of the key table. */
  readonly keys: ReadonlyMap<string, TableKey>;
  /** Whom for, and with which key: `%` names the key like the sender's domain. In their order. */
  readonly signing: readonly (readonly [pattern: string, keyName: string])[];
  readonly as: 'patterns' | 'keys';
  /** All that match sign, not the first one. */
  readonly several: boolean;
}

/** Both tables, put together as opendkim(8) and Rspamd do. */
export function signingOf({ keys, signing, as, several }: Tables): Signing {
  const rules: SigningRule[] = [];
  const taken = new Set<string>();
  let read = true;
  for (const [pattern, keyName] of signing) {
    const who = sendersOf(pattern, as);
    if (who === undefined) continue;
    if (who === null) {
      read = false;
      continue;
    }
    // Patterns are tried in their order: behind one for the whole domain no other one is reached.
    if (as === 'patterns' && !several) {
      const those = `${who.below ? '*.' : ''}${who.from}`;
      if (taken.has('*') || taken.has(those)) continue;
      if (who.whole) taken.add(those);
    }
    const named =
      keyName !== '%'
        ? [{ ...who, key: keys.get(keyName) }]
        : who.from === '*'
          ? [...keys].flatMap(([name, key]) => (DNS_NAME.test(name) ? [{ from: name, below: false, key }] : []))
          : [{ ...who, key: keys.get(who.from) }];
    for (const { from, below, key } of named) {
      if (key === undefined) read = false;
      else rules.push(ruleOf({ from, below }, key));
    }
  }
  const sound = rules.filter(isSound);
  return { read: read && sound.length === rules.length, rules: sound };
}

function ruleOf(
  { from, below }: Pick<SigningRule, 'from' | 'below'>,
  { domain, selector, key }: TableKey,
): SigningRule {
  const own = domain === '%' ? from : domain.toLowerCase();
  return {
    from,
    below,
    domain: own,
    selector: selector.toLowerCase(),
    file: key.startsWith('/') ? key.replaceAll('%', own === '*' ? '$domain' : own) : null,
  };
}

/** `domain:selector:key`; null when it is not of that form. */
export function tableKeyOf(value: string): TableKey | null {
  const [, domain, selector, key] = /^([^:]+):([^:]+):([\s\S]+)$/.exec(value.trim()) ?? [];
  return domain === undefined || selector === undefined || key === undefined ? null : { domain, selector, key };
}

/** Lines of a table: a word, and what stands behind it. `#` begins a comment. */
export const tableLines = (text: string): (readonly [string, string])[] =>
  text.split('\n').flatMap((line) => {
    const [, key, value = ''] = /^\s*(\S+)(?:\s+(.*?))?\s*$/.exec(line.replace(/#.*/, '')) ?? [];
    return key === undefined ? [] : [[key, value] as const];
  });
