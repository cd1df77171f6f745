// FW-008: Temporary rule past its end date.
import { check, failures, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { firewallRules } from '../probes/firewall-rules.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'FW-008',
  area: 'firewall',
  severity: 'high',
  title: 'Temporary rule past its end date',
  measured: 'nft -t -j list ruleset: comments that name an end, like “until 2026-10-31”',
  expected: 'no rule stands after the day that its own comment names',
  why: 'A hole that was opened for a week is forgotten in the second one. Whoever opened it said when it should close, and nobody looked.',
  evidence: { chain: 'Chain', says: 'It says', ended: 'Ended' },
  fix: 'Ask whoever opened it; take the rule out of the file and of the kernel, or write a new end into its comment.',
  undo: 'Add the rule again, with a new end.',
  risk: 'low',
  maps: [],
  reads: { firewallRules },
  judge({ firewallRules: { read, temporary } }, { now }) {
    if (!read) return unknown('The ruleset could not be read');
    const today = now.toISOString().slice(0, 10);
    return failures(
      temporary
        .filter(({ until }) => until < today)
        .map(({ chain, comment, until }) => ({
          subject: `rule “${comment}” of ${chain}`,
          evidence: { chain, says: comment, ended: until },
        })),
    );
  },
  steps({ evidence: { chain, says, ended } }) {
    const [, family, table, name] = /^(\w+) ([\w-]+)\/([\w-]+)$/.exec(String(chain)) ?? [];
    const one = family === undefined ? '' : `${family} ${table} ${name}`;
    return guide(
      [
        step(
          `“${says}” ended on ${ended}: ask whoever opened it. Its rule and handle:`,
          sh`nft -a list chain ${family} ${table} ${name} | grep -F ${says}`,
        ),
        step(
          `Take it out with the number that stands behind “handle”: nft delete rule ${one} handle N.`,
          undefined,
          sh`nft -a list chain ${family} ${table} ${name}`,
        ),
        step(
          'Take it out of the file too, or the next boot brings it back.',
          sh`grep -rnF -- ${says} /etc/nftables.conf /etc/nftables.d`,
        ),
      ],
      [step('Add the rule again as the file had it, with a new end in its comment.')],
    );
  },
});
