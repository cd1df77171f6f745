// Rspamd as it prints what its files come to (`rspamadm configdump`): keys by domain, by maps, by tables like those of
// OpenDKIM, or by the name of their file.
import { z } from 'zod';
import type { ProbedHost } from '../host.ts';
import { couldNot, textThatIsThere, type UnreadablePart } from '../probe.ts';
import { isSound, NOT_READ, signingOf, tableKeyOf, tableLines, type Signing, type SigningRule } from './signing.ts';

const DATA = '/var/lib/rspamd';
/** rspamadm would leave compiled patterns in the folder of Rspamd's data; a probe leaves nothing behind. */
const NOWHERE = '/nonexistent/rspamd';
/** What its web page has set; with the folder it is not among what is printed. */
const SET_BY_PAGE = `${DATA}/dynamic/dkim_signing.conf`;
/** What the module does when nobody says otherwise. */
const DEFAULT_FILE = `${DATA}/dkim/$domain.$selector.key`;
const DEFAULT_SELECTOR = 'dkim';

const oneKey = z.object({ selector: z.string().optional(), path: z.string().optional() });
const ofDomain = oneKey.extend({ selectors: z.union([z.array(oneKey), oneKey.transform((one) => [one])]).default([]) });
const domains = z.record(z.string(), z.union([ofDomain, z.array(ofDomain)]));
const settings = z.object({
  enabled: z.boolean().default(true),
  path: z.string().default(DEFAULT_FILE),
  selector: z.string().default(DEFAULT_SELECTOR),
  try_fallback: z.boolean().default(true),
  use_esld: z.boolean().default(true),
  domain: z.union([domains, z.array(domains)]).default([]),
  selector_map: z.unknown().optional(),
  path_map: z.unknown().optional(),
  signing_table: z.unknown().optional(),
  key_table: z.unknown().optional(),
});
type Settings = z.output<typeof settings>;
/** With these, keys or choices come from elsewhere than from files. */
const ELSEWHERE = ['use_redis', 'use_vault', 'use_http_headers', 'sign_condition', 'use_domain_custom'];

/** null: it does not sign. */
export async function rspamdSigning(host: ProbedHost, unreadable: UnreadablePart[]): Promise<Signing | null> {
  const ran = await host.run('rspamadm', [`--var=DBDIR=${NOWHERE}`, 'configdump', '-j', 'dkim_signing']);
  if (ran?.code !== 0) {
    couldNot('rspamadm configdump', ran, unreadable);
    return NOT_READ;
  }
  if (ran.stdout.includes('NOT FOUND')) return null;
  const dumped = parsed(ran.stdout.replaceAll(NOWHERE, DATA));
  const read = settings.safeParse(dumped);
  if (!read.success) {
    unreadable.push({ what: 'dkim_signing of Rspamd', why: 'what rspamadm printed was not understood' });
    return NOT_READ;
  }
  const page = await host.read(SET_BY_PAGE);
  if (page.state !== 'absent') {
    const why = page.state === 'read' ? 'what the web page of Rspamd has set is not read' : page.why;
    unreadable.push({ what: SET_BY_PAGE, why: why.slice(0, 200) });
    return NOT_READ;
  }
  if (!read.data.enabled) return null;
  const elsewhere = ELSEWHERE.filter((name) => isOn(dumped, name));
  if (elsewhere.length > 0) {
    unreadable.push({ what: 'dkim_signing of Rspamd', why: `it takes keys from elsewhere: ${elsewhere.join(', ')}` });
    return NOT_READ;
  }
  const { signing_table: signing, key_table: keys } = read.data;
  return signing !== undefined && keys !== undefined
    ? byTables(host, read.data, unreadable)
    : byDomains(host, read.data, unreadable);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isOn = (dumped: unknown, name: string): boolean => {
  const value = z.record(z.string(), z.unknown()).safeParse(dumped).data?.[name];
  return value !== undefined && value !== null && value !== false;
};

async function byTables(host: ProbedHost, read: Settings, unreadable: UnreadablePart[]): Promise<Signing> {
  const keyTable = await mapOf(host, 'key_table', read.key_table, unreadable);
  const signingTable = await mapOf(host, 'signing_table', read.signing_table, unreadable);
  if (keyTable === null || signingTable === null) return NOT_READ;
  return signingOf({
    keys: new Map(
      keyTable.flatMap(([name, value]) => {
        // A line of two parts leaves the selector to the setting.
        const two = /^([^:]+):([./][^:]*)$/.exec(value);
        const key = two === null ? tableKeyOf(value) : tableKeyOf(`${two[1]}:${read.selector}:${two[2]}`);
        return key === null ? [] : [[name, key] as const];
      }),
    ),
    signing: signingTable,
    as: 'patterns',
    several: false,
  });
}

async function byDomains(host: ProbedHost, read: Settings, unreadable: UnreadablePart[]): Promise<Signing> {
  const selectors =
    read.selector_map === undefined ? [] : await mapOf(host, 'selector_map', read.selector_map, unreadable);
  const files = read.path_map === undefined ? [] : await mapOf(host, 'path_map', read.path_map, unreadable);
  if (selectors === null || files === null) return NOT_READ;
  const selectorOf = new Map(selectors);
  const fileOf = new Map(files);
  const rule = (name: string, key: z.output<typeof oneKey>): SigningRule => {
    const domain = name.toLowerCase();
    const selector = key.selector ?? selectorOf.get(name) ?? read.selector;
    const file = key.path ?? fileOf.get(name) ?? read.path;
    return {
      from: domain === '$domain' ? '*' : domain,
      // With the setting the mail of a.b.example is signed as that of b.example.
      below: read.use_esld,
      domain: domain === '$domain' ? '*' : domain,
      selector: selector.toLowerCase(),
      file: file.startsWith('/') ? placed(file, name, selector) : null,
    };
  };
  const named = [read.domain].flat().flatMap((all) => Object.entries(all));
  const own = named.flatMap(([name, one]) =>
    [one].flat().flatMap(({ selectors: several, ...key }) => {
      const keys = [...(key.selector === undefined && key.path === undefined ? [] : [key]), ...several];
      return (keys.length === 0 ? [{}] : keys).map((each) => rule(name, each));
    }),
  );
  const has = new Set(named.map(([name]) => name));
  const mapped = [...new Set([...selectorOf.keys(), ...fileOf.keys()])].filter((name) => !has.has(name));
  // Any other domain, by the name of its file.
  const rest = read.try_fallback ? ['$domain'] : [];
  const rules = [...own, ...[...mapped, ...rest].map((name) => rule(name, {}))];
  const sound = rules.filter(isSound);
  return { read: sound.length === rules.length, rules: sound };
}

const placed = (file: string, domain: string, selector: string): string =>
  file.replaceAll(/\$\{?domain\}?/g, () => domain).replaceAll(/\$\{?selector\}?/g, () => selector);

/** A map in a file, or in the configuration itself; one of the web is asked by nobody. */
async function mapOf(
  host: ProbedHost,
  setting: string,
  value: unknown,
  unreadable: UnreadablePart[],
): Promise<(readonly [string, string])[] | null> {
  const inline = z.array(z.string()).safeParse(value);
  if (inline.success && inline.data.every((line) => !line.includes('/') || /\s/.test(line))) {
    return tableLines(inline.data.join('\n')).map(unquoted);
  }
  const source = z.string().safeParse(inline.success && inline.data.length === 1 ? inline.data[0] : value);
  const [, path] = /^(?:(?:map|file|glob|refile)(?::\/\/|;)?)?(\/.*)$/.exec(source.data ?? '') ?? [];
  if (path === undefined) {
    unreadable.push({ what: `${setting} of Rspamd`, why: 'it is not kept in one file' });
    return null;
  }
  const text = await textThatIsThere(host, path, unreadable);
  return text === null ? null : tableLines(text).map(unquoted);
}

const unquoted = ([key, value]: readonly [string, string]): readonly [string, string] => [
  key.replaceAll('"', ''),
  value.replaceAll(/^"|"$/g, ''),
];
