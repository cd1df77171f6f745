// What the kernel filters on the way in, and who looks after it. Tables of ours are no firewall: they only ban.
import { z } from 'zod';
import { couldNot, probe, said, textOf } from '../probe.ts';

/** What the root helper verified and the guard puts back; empty when bans are not managed. */
const BAN_STATE = '/var/lib/muster-guard/current.nft';

export const MANAGERS = ['nftables', 'ufw', 'firewalld', 'netfilter-persistent', 'csf'] as const;

const inputChain = z.strictObject({
  family: z.enum(['ip', 'ip6', 'inet']),
  table: said(64),
  chain: said(64),
  policy: z.enum(['accept', 'drop']),
  /** Ends with a rule that drops or refuses whatever came so far. */
  closes: z.boolean(),
  /** Rules that let in everything from anywhere. */
  opens: z.int().nonnegative(),
});
export type InputChain = z.infer<typeof inputChain>;

export const firewall = probe('firewall', {
  sentence: 'Base chains of the kernel on the way in, their policy, and which firewall manager is active',
  cadence: 'minutes',
  costMs: 40,
  privilege: 'CAP_NET_ADMIN',
  reading: z.strictObject({
    read: z.boolean(),
    chains: z.array(inputChain).max(100),
    managers: z.array(z.strictObject({ name: z.enum(MANAGERS), active: z.boolean(), enabled: z.boolean() })),
    /** Ports that destination NAT lets in past every input chain, as a published container does. */
    published: z
      .array(z.strictObject({ port: z.int().min(1).max(65_535), protocol: said(8), to: said(64) }))
      .max(200)
      .default([]),
    /** /etc/nftables.conf has an input chain; null when nobody may read it. */
    fileCloses: z.boolean().nullable().default(null),
    /** The fleet's ban table: whether bans are managed here, and whether the kernel has it. */
    banTable: z.strictObject({ wanted: z.boolean(), present: z.boolean() }).nullable().default(null),
    /** It has an address of IPv6 that the world can route to; null when unknown. */
    globalIpv6: z.boolean().nullable(),
  }),
  async gather(host, unreadable) {
    const ran = await host.run('nft', ['-t', '-j', 'list', 'ruleset']);
    if (ran?.code !== 0) couldNot('the ruleset', ran, unreadable);
    const addresses = await host.run('ip', ['-6', '-o', 'addr', 'show', 'scope', 'global']);
    const units = await host.run('systemctl', [
      'show',
      ...MANAGERS.map((name) => `${name}.service`),
      '--property=Id,ActiveState,UnitFileState',
    ]);
    const file = await textOf(host, '/etc/nftables.conf', unreadable);
    const wanted = await host.run('find', [BAN_STATE, '-printf', '%s\\n']);
    return {
      published: ran?.code === 0 ? parsePublished(ran.stdout).slice(0, 200) : [],
      fileCloses: file === null ? null : /hook\s+input\b/.test(file.replaceAll(/^\s*#.*$/gm, '')),
      banTable: ran?.code === 0 ? { wanted: Number(wanted?.stdout ?? 0) > 0, present: hasBanTable(ran.stdout) } : null,
      read: ran?.code === 0,
      chains: ran?.code === 0 ? parseInputChains(ran.stdout).slice(0, 100) : [],
      managers: parseManagers(units?.stdout ?? ''),
      globalIpv6: addresses?.code === 0 ? /inet6 [23]/.test(addresses.stdout) : null,
    };
  },
});

function parseManagers(text: string): { name: (typeof MANAGERS)[number]; active: boolean; enabled: boolean }[] {
  const blocks = text.split(/\n\s*\n/);
  return MANAGERS.flatMap((name) => {
    const block = blocks.find((one) => one.includes(`Id=${name}.service`));
    if (block === undefined || /UnitFileState=$/m.test(block)) return [];
    return [{ name, active: /ActiveState=active/.test(block), enabled: /UnitFileState=enabled/.test(block) }];
  });
}

const ruleset = z.object({ nftables: z.array(z.record(z.string(), z.unknown())) });
const chainObject = z.object({
  family: z.string(),
  table: z.string(),
  name: z.string(),
  hook: z.string().optional(),
  policy: z.enum(['accept', 'drop']).optional(),
});
const ruleObject = z.object({
  family: z.string(),
  table: z.string(),
  chain: z.string(),
  expr: z.array(z.record(z.string(), z.unknown())),
});
type Rule = z.infer<typeof ruleObject>;

export function parseInputChains(json: string): InputChain[] {
  const entries = ruleset.parse(JSON.parse(json)).nftables;
  const rules = entries.flatMap((entry) => ruleObject.safeParse(entry.rule).data ?? []);
  return entries.flatMap((entry) => {
    const chain = chainObject.safeParse(entry.chain).data;
    if (chain?.hook !== 'input' || (chain.table === 'muster' && chain.family === 'inet')) return [];
    const family = z.enum(['ip', 'ip6', 'inet']).safeParse(chain.family).data;
    if (family === undefined) return [];
    const own = rules.filter(
      (rule) => rule.family === chain.family && rule.table === chain.table && rule.chain === chain.name,
    );
    const last = own.at(-1);
    return [
      {
        family,
        table: chain.table.slice(0, 64),
        chain: chain.name.slice(0, 64),
        policy: chain.policy ?? 'accept',
        closes: last !== undefined && isUnconditional(last) && verdictOf(last) === 'refuse',
        opens: own.filter((rule) => isUnconditional(rule) && verdictOf(rule) === 'accept').length,
      },
    ];
  });
}

const tableObject = z.object({ family: z.string(), name: z.string() });
const hasBanTable = (json: string): boolean =>
  ruleset.parse(JSON.parse(json)).nftables.some((entry) => {
    const table = tableObject.safeParse(entry.table).data;
    return table?.family === 'inet' && table.name === 'muster';
  });

/** `tcp dport 8080 … dnat to 172.17.0.2:80`, by whoever wrote the rule. */
export function parsePublished(json: string): { port: number; protocol: string; to: string }[] {
  const entries = ruleset.parse(JSON.parse(json)).nftables;
  return entries.flatMap((entry) => {
    const rule = ruleObject.safeParse(entry.rule).data;
    const text = JSON.stringify(rule?.expr ?? []);
    const [, target] = /"dnat":\{(?:[^{}]*"addr":"([^"]+)")?/.exec(text) ?? [];
    const [, protocol, port] = /"protocol":"(tcp|udp)","field":"dport"\}\},"right":(\d+)/.exec(text) ?? [];
    if (target === undefined || protocol === undefined || /^127\.|^::1/.test(target)) return [];
    // A rule for one loopback address publishes nothing.
    if (/"field":"daddr"\}\},"right":"127\./.test(text)) return [];
    return [{ port: Number(port), protocol, to: target.slice(0, 64) }];
  });
}

/** No condition at all: whatever comes meets the verdict. */
const isUnconditional = ({ expr }: Rule): boolean =>
  expr.every((part) => 'counter' in part || 'log' in part || isVerdict(part));
const isVerdict = (part: Record<string, unknown>): boolean => 'accept' in part || 'drop' in part || 'reject' in part;
function verdictOf({ expr }: Rule): 'accept' | 'refuse' | null {
  if (expr.some((part) => 'accept' in part)) return 'accept';
  return expr.some((part) => 'drop' in part || 'reject' in part) ? 'refuse' : null;
}

/** Closed unless opened, for addresses of that kind. */
export const closed = (chains: readonly InputChain[], kind: 'ip' | 'ip6'): InputChain | undefined =>
  chains.find(
    (chain) => (chain.family === kind || chain.family === 'inet') && (chain.policy === 'drop' || chain.closes),
  );
