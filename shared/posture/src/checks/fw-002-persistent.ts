// FW-002: Firewall not persistent across reboot.
import { check, passIf, unknown } from '../check.ts';
import { closed, firewall } from '../probes/firewall.ts';

export default check({
  id: 'FW-002',
  area: 'firewall',
  severity: 'medium',
  title: 'Firewall not persistent across reboot',
  measured: 'systemctl is-enabled of firewall managers; /etc/nftables.conf',
  expected: 'what filters now is brought back at boot',
  why: 'Rules that somebody typed are gone after the next reboot, and nobody is there to see it. The server then stands open from its first second.',
  evidence: { closed: 'Filters now', manager: 'Enabled manager', file: 'Its file has an input chain' },
  fix: 'Write the rules into /etc/nftables.conf (or the manager’s own files) and enable its service.',
  undo: 'Put the former file back and disable the service.',
  risk: 'low',
  maps: ['CIS 4.3.9', 'CIS 4.3.10'],
  reads: { firewall },
  judge({ firewall: { read, chains, managers, fileCloses } }) {
    if (!read) return unknown('The ruleset could not be read');
    const filters = closed(chains, 'ip') !== undefined;
    const [manager] = managers.filter(({ enabled }) => enabled);
    if (manager?.name === 'nftables' && fileCloses === null) return unknown('/etc/nftables.conf could not be read');
    const file = manager?.name !== 'nftables' || fileCloses === true;
    return passIf(manager !== undefined && file, {
      closed: filters,
      manager: manager?.name ?? 'none',
      file,
    });
  },
});
