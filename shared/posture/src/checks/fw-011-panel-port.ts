// FW-011: Panel/admin port open to the world.
import { check, failures, unknown } from '../check.ts';
import { outsidePorts, seenInWords } from '../outside/ports.ts';
import { isPublic, listeners } from '../probes/listeners.ts';

export default check({
  id: 'FW-011',
  area: 'firewall',
  severity: 'medium',
  title: 'Panel/admin port open to the world',
  measured: 'ss -H -lntupe; a connection from outside',
  expected: 'panel and administration ports reachable from administrators only',
  why: 'A panel can do everything on the server, and its sign-in page is known to every robot. Only administrators need to reach it.',
  evidence: {
    service: 'Service',
    port: 'Port',
    address: 'Listens on',
    program: 'Program',
    probed: 'Seen from outside',
  },
  fix: 'Allow the port from the networks of administrators only.',
  undo: 'Remove the rule.',
  risk: 'lockout',
  maps: [],
  reads: { listeners },
  compares: { outsidePorts },
  judge({ listeners, outsidePorts }, { policy }) {
    if (!listeners.read) return unknown('The listening ports could not be read');
    // 2222 is DirectAdmin’s, and a favourite of SSH.
    const panels = listeners.listeners.filter(({ process }) => process !== 'sshd');
    const open = panels.filter((one) => one.port in policy.panelPorts && isPublic(one));
    return failures(
      open.map((one) => ({
        subject: `port ${one.protocol}/${one.port} on ${one.address}`,
        evidence: {
          service: policy.panelPorts[one.port] ?? '',
          port: one.port,
          address: one.address,
          program: one.process ?? 'not known',
          probed: seenInWords(outsidePorts, one.port),
        },
      })),
    );
  },
});
