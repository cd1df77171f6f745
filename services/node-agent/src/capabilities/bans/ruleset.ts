// The nft table `inet muster`: prerouting, priority -150, so that a ban also stops forwarded (container) ports and
// established flows. Single addresses, /24 and /64 live in hash sets with per-element timeout: one add into a full
// interval set re-reads the whole set, and `interval,timeout` with auto-merge loses bans (nft 1.0.6). Other prefixes
// live in interval sets that are rewritten as a whole and expired by us.
export const TABLE = 'inet muster';

export const SETS = {
  allow4: 'type ipv4_addr; flags interval;',
  allow6: 'type ipv6_addr; flags interval;',
  ban4: 'type ipv4_addr; size 262144; flags timeout;',
  ban4n24: 'type ipv4_addr; size 65536; flags timeout;',
  ban6: 'type ipv6_addr; size 131072; flags timeout;',
  ban6n64: 'type ipv6_addr; size 262144; flags timeout;',
  net4: 'type ipv4_addr; flags interval;',
  net6: 'type ipv6_addr; flags interval;',
} as const;

export type SetName = keyof typeof SETS;
export const SET_NAMES = Object.keys(SETS) as readonly SetName[];

const RULES = [
  'iifname "lo" accept',
  'ip saddr @allow4 accept',
  'ip6 saddr @allow6 accept',
  'icmpv6 type { nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } accept',
  'ip saddr @ban4 counter drop',
  'ip saddr & 255.255.255.0 @ban4n24 counter drop',
  'ip6 saddr @ban6 counter drop',
  'ip6 saddr & ffff:ffff:ffff:ffff:: @ban6n64 counter drop',
  'ip saddr @net4 counter drop',
  'ip6 saddr @net6 counter drop',
] as const;

export const RULE_COUNT = RULES.length;

/** The table with empty sets. Loading it replaces the old one in the same transaction: no moment without a table. */
export const TABLE_TEXT = [
  `table ${TABLE}`,
  `delete table ${TABLE}`,
  `table ${TABLE} {`,
  ...SET_NAMES.map((name) => `  set ${name} { ${SETS[name]} }`),
  '  chain guard {',
  '    type filter hook prerouting priority -150; policy accept;',
  ...RULES.map((rule) => `    ${rule}`),
  '  }',
  '}',
  '',
].join('\n');
