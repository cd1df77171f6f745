// FW-010: Rule accepts everything from anywhere.
import { check, failures, unknown } from '../check.ts';
import { firewall } from '../probes/firewall.ts';

export default check({
  id: 'FW-010',
  area: 'firewall',
  severity: 'high',
  title: 'Rule accepts everything from anywhere',
  measured: 'nft -t -j list ruleset',
  expected: 'no rule on input accepts without a condition',
  why: 'One such rule opens everything that comes after it in the list. It is usually left over from a search for a fault.',
  evidence: { chain: 'Chain', rules: 'Such rules' },
  fix: 'Remove the rule, or give it the port and the source it was meant for.',
  undo: 'Load the former ruleset again.',
  risk: 'lockout',
  maps: ['FIRE-4508'],
  reads: { firewall },
  judge({ firewall }) {
    if (!firewall.read) return unknown('The ruleset could not be read');
    return failures(
      firewall.chains
        .filter(({ opens }) => opens > 0)
        .map(({ family, table, chain, opens }) => ({
          subject: `${family} ${table}/${chain}`,
          evidence: { chain: `${family} ${table}/${chain}`, rules: opens },
        })),
    );
  },
});
