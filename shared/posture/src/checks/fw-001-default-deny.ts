// FW-001: No default-deny firewall on input.
import { check, listed, passIf, unknown } from '../check.ts';
import { closed, firewall } from '../probes/firewall.ts';

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
  maps: ['CIS 4.3.8', 'CIS 4.2.7', 'CIS 4.4.2.1', 'FIRE-4590', '4540'],
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
});
