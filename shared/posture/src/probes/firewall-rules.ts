// What whoever wrote a firewall's rules said of them, and which countries they name. Rules are read as nft shows them, those
// of iptables among them.
import { z } from 'zod';
import { couldNot, lines, probe, said } from '../probe.ts';

/** Where the tools that make sets of countries keep what they were made from: nftables, ipset, xtables-addons, GeoIP. */
const COUNTRY_FOLDERS = [
  '/etc/nftables',
  '/etc/nftables.d',
  '/etc/ipset.d',
  '/usr/share/xt_geoip',
  '/usr/share/GeoIP',
  '/var/lib/GeoIP',
] as const;
const COUNTRY_FILE = '.*(geo|countr|[_./-]cc[_.-]).*';
const COUNTRY_SET = /(?:^|[_.-])(?:geo(?:-?ip)?\d?|country|countries|cc)(?:[_.-]|$)/i;
/** `until 2026-10-31`, `temporary, ends: 2026-10-31`. */
const END = /\b(?:until|till|expires?|ends?|temp(?:orary)?)\b[^0-9]{0,12}(\d{4}-\d{2}-\d{2})\b/i;

const day = z.iso.date();

export const firewallRules = probe('firewall-rules', {
  sentence: 'Ends that firewall rules name in their comments, and sets of countries that rules ask',
  cadence: 'minutes',
  costMs: 40,
  privilege: 'CAP_NET_ADMIN',
  reading: z.strictObject({
    read: z.boolean(),
    /** Rules whose comment names the day of their end. */
    temporary: z.array(z.strictObject({ chain: said(140), comment: said(128), until: day })).max(500),
    /** Sets of countries that a rule asks. */
    countries: z.array(said(64)).max(100),
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
    const rules = parseRules(ran.stdout);
    return {
      read: true,
      temporary: rules.flatMap(({ family, table, chain, comment = '' }) => {
        const until = END.exec(comment)?.[1];
        return until === undefined || !day.safeParse(until).success
          ? []
          : [{ chain: `${family} ${table}/${chain}`, comment, until }];
      }),
      countries: [...new Set(rules.flatMap(countriesOf))].toSorted().slice(0, 100),
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
const ruleset = z.object({ nftables: z.array(z.record(z.string(), z.unknown())) });

const parseRules = (json: string): Rule[] =>
  ruleset.parse(JSON.parse(json)).nftables.flatMap((entry) => rule.safeParse(entry.rule).data ?? []);

/** A set is asked as `"@name"`; a match of xtables stands with its name alone. */
function countriesOf({ expr }: Rule): string[] {
  const text = JSON.stringify(expr);
  const sets = [...text.matchAll(/"@([\w.-]{1,64})"/g)].map(([, name = '']) => name);
  const geoip = /"xt":\{[^{}]*"name":"geoip"/.test(text) ? ['xt_geoip'] : [];
  return [...sets.filter((name) => COUNTRY_SET.test(name)), ...geoip];
}
