// SSH-003: SSH on default port 22 reachable from the internet.
import { check, fail, notApplicable, pass, unknown } from '../check.ts';
import { outsidePorts, seenInWords } from '../outside/ports.ts';
import { sshd } from '../probes/sshd.ts';
import { isPublic, listeners } from '../probes/listeners.ts';

export default check({
  id: 'SSH-003',
  area: 'ssh',
  severity: 'low',
  title: 'SSH on default port 22 reachable from the internet',
  measured: 'sshd -T (port), ss -lntup; a connection from outside',
  expected: 'no sshd on port 22 of a public address',
  why: 'Nearly all password guessing goes to port 22. Another port does not make SSH safer, but it makes the log readable and the server quiet.',
  evidence: { port: 'Port', address: 'Listens on', probed: 'Seen from outside' },
  fix: 'Listen on both ports, open the new one in the firewall, let the sshd jail of fail2ban follow, sign in over the new port, and only then take 22 away.',
  undo: 'Remove the added Port line and the firewall rule; port 22 was never closed before the last step.',
  risk: 'lockout',
  maps: [],
  reads: { sshd, listeners },
  compares: { outsidePorts },
  judge({ sshd, listeners, outsidePorts }) {
    if (!sshd.installed) return notApplicable('No SSH server is installed');
    if (!listeners.read) return unknown('The listening ports could not be read');
    const open = listeners.listeners.find((one) => one.protocol === 'tcp' && one.port === 22 && isPublic(one));
    // Without a look from outside it is what the server says; a firewall of the provider may still close it.
    return open === undefined
      ? pass
      : fail({ port: 22, address: open.address, probed: seenInWords(outsidePorts, 22) }, 'port tcp/22');
  },
});
