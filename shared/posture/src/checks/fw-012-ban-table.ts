// FW-012: Fleet guard table missing.
import { check, notApplicable, passIf, unknown } from '../check.ts';
import { firewall } from '../probes/firewall.ts';

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
});
