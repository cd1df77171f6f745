// OpenDKIM as its own files set it up (opendkim.conf(5)): one key for a list of domains, or a table of keys and one of who
// signs with which.
import type { ProbedHost } from '../host.ts';
import { textThatIsThere, type UnreadablePart } from '../probe.ts';
import { isSound, NOT_READ, sendersOf, signingOf, tableKeyOf, tableLines, type Signing } from './signing.ts';

const CONFIGURATION = '/etc/opendkim.conf';
/** opendkim.conf(5), Include. */
const MOST_LEVELS = 5;

type Settings = ReadonlyMap<string, string>;

/** null: it verifies only. */
export async function opendkimSigning(host: ProbedHost, unreadable: UnreadablePart[]): Promise<Signing | null> {
  const settings = new Map<string, string>();
  const read = await readSettings(host, CONFIGURATION, settings, unreadable);
  if (!read) return NOT_READ;
  if (!(settings.get('mode') ?? 'sv').includes('s')) return null;
  const signing = settings.has('keytable')
    ? await byTables(host, settings, unreadable)
    : await byOneKey(host, settings, unreadable);
  // A script may choose other keys than the tables do.
  if (settings.has('setuppolicyscript')) {
    unreadable.push({ what: 'SetupPolicyScript of OpenDKIM', why: 'what a script signs with is not known' });
    return { ...signing, read: false };
  }
  return signing;
}

/** Names in small letters; of one that is set twice the last counts. */
async function readSettings(
  host: ProbedHost,
  path: string,
  into: Map<string, string>,
  unreadable: UnreadablePart[],
  level = 0,
): Promise<boolean> {
  if (level > MOST_LEVELS) return false;
  const text = await textThatIsThere(host, path, unreadable);
  if (text === null) return false;
  for (const [name, value] of tableLines(text)) {
    if (name.toLowerCase() !== 'include') into.set(name.toLowerCase(), value);
    else if (!(await readSettings(host, value, into, unreadable, level + 1))) return false;
  }
  return true;
}

const isOn = (value: string | undefined): boolean => /^[ty1]/i.test(value ?? '');

async function byTables(host: ProbedHost, settings: Settings, unreadable: UnreadablePart[]): Promise<Signing> {
  const keyTable = await dataset(host, 'KeyTable', settings.get('keytable'), unreadable);
  const signingTable = await dataset(host, 'SigningTable', settings.get('signingtable'), unreadable);
  if (keyTable === null || signingTable === null) return NOT_READ;
  const keys = new Map(
    keyTable.rows.flatMap(([name, value]) => {
      const key = tableKeyOf(value);
      return key === null ? [] : [[name, key] as const];
    }),
  );
  return signingOf({
    keys,
    // Behind a colon stands the signer's address, which names no key.
    signing: signingTable.rows.map(([pattern, value]) => [pattern, value.split(':')[0] ?? ''] as const),
    as: signingTable.as,
    several: isOn(settings.get('multiplesignatures')),
  });
}

async function byOneKey(host: ProbedHost, settings: Settings, unreadable: UnreadablePart[]): Promise<Signing> {
  const selector = settings.get('selector')?.toLowerCase();
  const path = settings.get('keyfile');
  if (selector === undefined || path === undefined) return { read: true, rules: [] };
  const file = path.startsWith('/') ? path : null;
  const domains = await dataset(host, 'Domain', settings.get('domain'), unreadable);
  if (domains === null) return NOT_READ;
  const below = isOn(settings.get('subdomains'));
  const rules = domains.rows.flatMap(([name]) => {
    const who = sendersOf(name, 'keys');
    if (who == null) return [];
    return [{ from: who.from, below: below || who.below, domain: who.from, selector, file }];
  });
  const sound = rules.filter(isSound);
  return { read: sound.length === domains.rows.length, rules: sound };
}

interface Dataset {
  readonly rows: readonly (readonly [string, string])[];
  readonly as: 'patterns' | 'keys';
}

/** opendkim(8), DATA SETS: a list, or a flat file. The other kinds are databases; their addresses hold passwords. */
async function dataset(
  host: ProbedHost,
  setting: string,
  value: string | undefined,
  unreadable: UnreadablePart[],
): Promise<Dataset | null> {
  const [, named, rest] = /^([a-z]+):(.*)$/i.exec(value ?? '') ?? [];
  const kind = named?.toLowerCase() ?? (value?.startsWith('/') === true ? 'file' : 'csl');
  const source = rest ?? value ?? '';
  if (kind === 'csl') return { rows: listOf(source), as: 'keys' };
  if (kind === 'file' || kind === 'refile') {
    const text = await textThatIsThere(host, source, unreadable);
    return text === null ? null : { rows: tableLines(text), as: kind === 'refile' ? 'patterns' : 'keys' };
  }
  unreadable.push({ what: `${setting} of OpenDKIM`, why: `it is kept in a database (${kind})`.slice(0, 200) });
  return null;
}

/** `a.example, b.example`, `name=value, …` */
const listOf = (text: string): (readonly [string, string])[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0 ? ([part, ''] as const) : ([part.slice(0, equals), part.slice(equals + 1)] as const);
    });
