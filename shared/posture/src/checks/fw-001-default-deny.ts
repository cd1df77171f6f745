// FW-001: No default-deny firewall on input.
import { check, listed, passIf, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { formerRules, stay, wayBack } from '../guides/network.ts';
import { closed, firewall } from '../probes/firewall.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'FW-001',
  area: 'firewall',
  severity: 'critical',
  title: 'No default-deny firewall on input',
  measured: 'nft -t -j list ruleset',
  expected: 'a base chain on input that drops by policy or by its last rule',
  why: 'Without a default, each program that starts to listen is on the internet at once. The next mistake is then already public.',
  evidence: { chains: 'Chains on input', managers: 'Managers' },
  fix: 'List who must be reached, allow that, and drop the rest: "policy drop" on the input chain. Do it with a way back, because a mistake locks you out.',
  undo: 'Load the former ruleset again.',
  risk: 'lockout',
  maps: ['CIS 4.3.8', 'CIS 4.2.7', 'CIS 4.4.2.1', 'FIRE-4590', 'FIRE-4540'],
  reads: { firewall },
  judge({ firewall }) {
    if (!firewall.read) return unknown('The ruleset could not be read');
    const chains = firewall.chains.map((one) => `${one.family} ${one.table}/${one.chain} policy ${one.policy}`);
    const managers = firewall.managers.filter(({ active }) => active).map(({ name }) => name);
    return passIf(closed(firewall.chains, 'ip') !== undefined, {
      chains: listed(chains) || 'none',
      managers: listed(managers) || 'none',
    });
  },
  steps({ evidence: { chains, managers } }) {
    const [, family, table, name] = /(?:^|, )(ip|inet) ([\w-]+)\/([\w-]+) policy accept/.exec(String(chains)) ?? [];
    const chain = family === undefined ? '' : `${family} ${table} ${name}`;
    const ufw = String(managers).includes('ufw');
    return guide(
      [
        ...wayBack(),
        step(
          `On input there is: ${chains}. Who listens must have a rule that accepts it, SSH first, and replies and loopback too.`,
          sh`ss -Hlntu; nft list ruleset`,
        ),
        ufw
          ? step('ufw keeps the rules here.', sh`ufw default deny incoming`, sh`ufw status verbose`)
          : chain === ''
            ? step(
                'Write a table with a chain on input that accepts those and has “policy drop”, into the file that your firewall loads.',
                undefined,
                sh`nft list ruleset`,
              )
            : step(
                `Drop what no rule of ${chain} accepts.`,
                sh`nft ${`add chain ${chain} { policy drop; }`}`,
                `nft list chain ${chain}`,
              ),
        stay(),
      ],
      [formerRules()],
    );
  },
});
