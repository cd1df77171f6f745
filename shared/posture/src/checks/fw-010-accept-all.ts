// FW-010: Rule accepts everything from anywhere.
import { check, failures, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { formerRules, stay, wayBack } from '../guides/network.ts';
import { firewall } from '../probes/firewall.ts';
import { sh } from '../shell.ts';

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
  steps({ evidence: { chain, rules } }) {
    const [, family, table, name] = /^(\w+) ([\w-]+)\/([\w-]+)$/.exec(String(chain)) ?? [];
    return guide(
      [
        ...wayBack(),
        step(
          `Find the ${rules} rule(s) of ${chain} that accept without a condition, with their handles.`,
          sh`nft -a list chain ${family} ${table} ${name}`,
        ),
        step(
          `Take each out (nft delete rule ${family} ${table} ${name} handle N), or put the port and the source before “accept” (nft replace rule …).`,
          undefined,
          sh`nft list chain ${family} ${table} ${name}`,
        ),
        stay(),
      ],
      [formerRules()],
    );
  },
});
