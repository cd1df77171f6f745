// What whoever wrote a firewall's rules said of them, and which countries they name. Rules are read as nft shows them, those
// of iptables among them; sets of ipset, whose names nft does not show, as ipset counts them.
import { z } from 'zod';
import type { ProbedHost } from '../host.ts';
import { couldNot, lines, probe, said, type UnreadablePart } from '../probe.ts';

/** Where the tools that make sets of countries keep what they were made from: nftables, ipset, firewalld, csf, xtables-addons, GeoIP. */
const COUNTRY_FOLDERS = [
  '/etc/nftables',
  '/etc/nftables.d',
  '/etc/ipset.d',
  '/etc/firewalld/ipsets',
  '/var/lib/csf',
  '/usr/share/xt_geoip',
  '/usr/share/GeoIP',
  '/var/lib/GeoIP',
] as const;
/** Beside the words the zone files of registries, one for each country: `cn.zone`. */
const COUNTRY_FILE = '.*((geo|countr|[_./-]cc[_.-]).*|\\.zone6?)';
const COUNTRY_SET = /(?:^|[_.-])(?:geo(?:-?ip)?\d?|country|countries|cc)(?:[_.-]|$)/i;
/** `until 2026-10-31`, `temporary, ends: 2026-10-31`. */
const END = /\b(?:until|till|expires?|ends?|temp(?:orary)?)\b[^0-9]{0,12}(\d{4}-\d{2}-\d{2})\b/i;

const day = z.iso.date();

/**
 * Why rules may ask countries that are not among `countries`. ipset: they ask sets of ipset, which could not be listed.
 * legacy: iptables of the old kind is in use, whose rules nft does not show. nameless: nft is too old to say what a match
 * of iptables matches.
 */
export const HIDDEN = ['ipset', 'legacy', 'nameless'] as const;

export const firewallRules = probe('firewall-rules', {
  sentence: 'Ends that firewall rules name in their comments, and sets of countries that rules ask',
  cadence: 'minutes',
  costMs: 40,
  privilege: 'CAP_NET_ADMIN',
  reading: z.strictObject({
    read: z.boolean(),
    /** Rules whose comment names the day of their end. */
    temporary: z.array(z.strictObject({ chain: said(140), comment: said(128), until: day })).max(500),
    /** Sets, matches and chains of countries that a rule asks. */
    countries: z.array(said(64)).max(100),
    /** Of these, sets that are known to hold nothing. */
    empty: z.array(said(64)).max(100).default([]),
    /** Of these, sets of nftables whose entries lapse: which ones are left was not read. */
    lapsing: z.array(said(64)).max(100).default([]),
    hidden: z.array(z.enum(HIDDEN)).max(HIDDEN.length).default([]),
    /** Day of the newest file that such sets are made from; null when none was found. */
    countriesFrom: day.nullable(),
  }),
  async gather(host, unreadable) {
    const ran = await host.run('nft', ['-t', '-j', 'list', 'ruleset']);
    const files = await host.run('find', [
      ...COUNTRY_FOLDERS,
      ...['-maxdepth', '3', '-type', 'f', '-regextype', 'posix-extended', '-iregex', COUNTRY_FILE],
      ...['-printf', '%TY-%Tm-%Td\\n'],
    ]);
    const countriesFrom = lines(files?.stdout ?? '')
      .filter((text) => day.safeParse(text).success)
      .toSorted()
      .at(-1);
    if (ran?.code !== 0) {
      couldNot('the ruleset', ran, unreadable);
      return { read: false, temporary: [], countries: [], countriesFrom: countriesFrom ?? null };
    }
    const { rules, lapsing } = parseRuleset(ran.stdout);
    const named = [...new Set([...rules.flatMap(setsOf), ...chainsOf(rules)])];
    const { asked, hidden } = await setsOfIpset(host, rules, unreadable);
    return {
      read: true,
      temporary: rules.flatMap(({ family, table, chain, comment = '' }) => {
        const until = END.exec(comment)?.[1];
        return until === undefined || !day.safeParse(until).success
          ? []
          : [{ chain: `${family} ${table}/${chain}`, comment, until }];
      }),
      countries: [...new Set([...named, ...asked.map(({ name }) => name)])].toSorted().slice(0, 100),
      empty: asked.flatMap(({ name, entries }) => (entries === 0 ? [name] : [])).slice(0, 100),
      lapsing: named.filter((name) => lapsing.has(name)).slice(0, 100),
      hidden,
      countriesFrom: countriesFrom ?? null,
    };
  },
});

const rule = z.object({
  family: z.string(),
  table: z.string(),
  chain: z.string(),
  comment: z.string().optional(),
  expr: z.array(z.unknown()),
});
type Rule = z.infer<typeof rule>;
const set = z.object({ name: z.string(), timeout: z.number().optional(), flags: z.array(z.string()).default([]) });
const ruleset = z.object({ nftables: z.array(z.record(z.string(), z.unknown())) });

function parseRuleset(json: string): { rules: Rule[]; lapsing: ReadonlySet<string> } {
  const entries = ruleset.parse(JSON.parse(json)).nftables;
  const sets = entries.flatMap((entry) => set.safeParse(entry.set).data ?? []);
  return {
    rules: entries.flatMap((entry) => rule.safeParse(entry.rule).data ?? []),
    lapsing: new Set(
      sets.flatMap(({ name, timeout, flags }) => (timeout !== undefined || flags.includes('timeout') ? [name] : [])),
    ),
  };
}

/** A set is asked as `"@name"`; a match of xtables stands with its name alone. */
function setsOf({ expr }: Rule): string[] {
  const text = JSON.stringify(expr);
  const sets = [...text.matchAll(/"@([\w.-]{1,64})"/g)].map(([, name = '']) => name);
  const geoip = /"xt":\{[^{}]*"name":"geoip"/.test(text) ? ['xt_geoip'] : [];
  return [...sets.filter((name) => COUNTRY_SET.test(name)), ...geoip];
}

/** csf without ipset writes a rule for each network into a chain: CC_DENY, CC_ALLOW. One without such a rule asks nothing by itself. */
function chainsOf(rules: readonly Rule[]): string[] {
  const filled = new Set(
    rules.flatMap(({ chain, expr }) => (/"field":"[sd]addr"/.test(JSON.stringify(expr)) ? [chain] : [])),
  );
  return rules.flatMap(({ expr }) =>
    [...JSON.stringify(expr).matchAll(/"(?:jump|goto)":\{"target":"([\w.-]{1,64})"\}/g)].flatMap(([, name = '']) =>
      filled.has(name) && COUNTRY_SET.test(name) ? [name] : [],
    ),
  );
}

interface AskedSet {
  readonly name: string;
  readonly entries: number;
}

/** ipset counts the rules that ask a set, those of iptables-legacy among them; it is asked where there may be any. */
async function setsOfIpset(
  host: ProbedHost,
  rules: readonly Rule[],
  unreadable: UnreadablePart[],
): Promise<{ asked: AskedSet[]; hidden: (typeof HIDDEN)[number][] }> {
  const text = JSON.stringify(rules.map(({ expr }) => expr));
  const nameless = /"xt":null/.test(text);
  const matches = /"xt":\{[^{}]*"name":"set"/.test(text);
  const tables = await host.read('/proc/net/ip_tables_names');
  const legacy = tables.state === 'unreadable' || (tables.state === 'read' && tables.text.trim() !== '');
  const hidden: (typeof HIDDEN)[number][] = [
    ...(legacy ? ['legacy' as const] : []),
    ...(nameless ? ['nameless' as const] : []),
  ];
  if (!nameless && !matches && !legacy) return { asked: [], hidden };
  const ran = await host.run('ipset', ['-t', 'list']);
  if (ran?.code !== 0) {
    if (matches) couldNot('sets of ipset', ran, unreadable);
    return { asked: [], hidden: matches ? [...hidden, 'ipset'] : hidden };
  }
  return { asked: parseIpsets(ran.stdout).filter(({ name }) => COUNTRY_SET.test(name)), hidden };
}

/** Of `ipset -t list`: those that something refers to. */
export function parseIpsets(text: string): AskedSet[] {
  return text.split(/^Name: /m).flatMap((part) => {
    const [name = ''] = part.split('\n');
    const references = Number(/^References: (\d+)/m.exec(part)?.[1] ?? 0);
    // Older ones do not count, which is not the same as none.
    const entries = Number(/^Number of entries: (\d+)/m.exec(part)?.[1] ?? Number.NaN);
    return references > 0 ? [{ name: name.trim().slice(0, 64), entries }] : [];
  });
}
