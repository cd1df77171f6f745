// Whether an address may come in. Pure. All rules that concern somebody must let him through: the one for everybody, and
// those for each role he holds.
import type { NetworkRule } from '@muster/contracts/access';
import { ipRange, parseIpRange, rangeContains } from '@muster/kernel/ip-range';

export interface Caller {
  readonly side: NetworkRule['for'];
  readonly source: string;
  readonly roles: readonly string[];
}

/** The rule that keeps a caller out; null when none does. */
export function refusing(rules: readonly NetworkRule[], { side, source, roles }: Caller): NetworkRule | null {
  const concerned = rules.filter((rule) => rule.for === side && (rule.role === null || roles.includes(rule.role)));
  return concerned.find((rule) => isListed(source, rule) !== (rule.mode === 'allow')) ?? null;
}

/** An address that cannot be read stands on no list: an allow-list keeps it out. */
function isListed(source: string, { ranges }: NetworkRule): boolean {
  const address = parseIpRange(source);
  return address.ok && ranges.some(({ range }) => rangeContains(ipRange(range), address.range));
}
