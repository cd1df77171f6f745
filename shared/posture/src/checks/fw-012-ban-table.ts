// FW-012: Fleet guard table missing.
import { check, notApplicable, passIf, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { firewall } from '../probes/firewall.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'FW-012',
  area: 'firewall',
  severity: 'high',
  title: 'Fleet guard table missing',
  measured: 'nft -t -j list ruleset: table inet muster; /var/lib/muster-guard/current.nft',
  expected: 'where bans are managed, their table is in the kernel',
  why: 'Without the table every fleet-wide ban is a line in a list. Something flushed the ruleset and what puts the table back does not run.',
  evidence: { wanted: 'Bans are managed', present: 'Table is there' },
  fix: 'systemctl restart muster-guard; see who flushes the ruleset (journalctl -u nftables).',
  undo: 'Nothing to undo.',
  risk: 'none',
  maps: [],
  reads: { firewall },
  judge({ firewall: { banTable } }) {
    if (banTable === null) return unknown('The ruleset could not be read');
    return banTable.wanted
      ? passIf(banTable.present, { ...banTable })
      : notApplicable('Bans are not managed on this server');
  },
  steps() {
    return guide([
      step(
        'Have the table written to the kernel again.',
        sh`systemctl restart muster-guard`,
        sh`nft list table inet muster`,
      ),
      step('See who flushed it.', sh`journalctl -u nftables -u ufw -u firewalld -n 20 --no-pager`),
    ]);
  },
});
