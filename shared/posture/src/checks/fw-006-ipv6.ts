// FW-006: IPv6 unfiltered while IPv4 is filtered.
import { check, notApplicable, passIf, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { formerRules, stay, wayBack } from '../guides/network.ts';
import { closed, firewall } from '../probes/firewall.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'FW-006',
  area: 'firewall',
  severity: 'high',
  title: 'IPv6 unfiltered while IPv4 is filtered',
  measured: 'nft -t -j list ruleset, ip -6 addr',
  expected: 'filtered as IPv4 is, or no public IPv6 address',
  why: 'The same services listen on IPv6, and scanners look there too. A firewall for one protocol only is an open door beside a locked one.',
  evidence: { ipv4: 'IPv4', ipv6: 'IPv6' },
  fix: 'Move the rules into a table of family inet, so that one rule serves both.',
  undo: 'Load the former ruleset again.',
  risk: 'lockout',
  maps: ['CIS 4.4.3.1', 'NETW-2600'],
  reads: { firewall },
  judge({ firewall }) {
    if (!firewall.read) return unknown('The ruleset could not be read');
    if (firewall.globalIpv6 === null) return unknown('The addresses could not be read');
    if (!firewall.globalIpv6) return notApplicable('It has no public IPv6 address');
    const four = closed(firewall.chains, 'ip');
    if (four === undefined) return notApplicable('IPv4 is not filtered either: see FW-001');
    return passIf(closed(firewall.chains, 'ip6') !== undefined, { ipv4: `${four.table}/${four.chain}`, ipv6: 'open' });
  },
  steps({ evidence: { ipv4 } }) {
    const [, table, chain] = /^([\w-]+)\/([\w-]+)$/.exec(String(ipv4)) ?? [];
    return guide(
      [
        ...wayBack(),
        step(
          `${ipv4} filters IPv4 only. See its rules, and who listens on IPv6.`,
          sh`nft list table ip ${table}; ss -Hlntu6`,
        ),
        step(
          `Write the same chain ${chain} into a table of family inet, with icmpv6 accepted (without it IPv6 does not work), and load it.`,
          sh`nft -c -f /etc/nftables.conf && nft -f /etc/nftables.conf`,
          sh`nft list chains`,
        ),
        stay(),
      ],
      [formerRules()],
    );
  },
});
