// FW-004: Database, cache, search or container port reachable from the internet.
import { check, failures, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { closePort, openPort, whoListens } from '../guides/network.ts';
import { outsidePorts, seenInWords } from '../outside/ports.ts';
import { isPublic, listeners } from '../probes/listeners.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'FW-004',
  area: 'firewall',
  severity: 'critical',
  title: 'Database, cache, search or container port reachable from the internet',
  measured: 'ss -H -lntupe; a connection from outside',
  expected: 'databases, caches and container engines listen on loopback only',
  why: 'These services are found by scanners within hours, and many answer without a password. Data of all clients goes with them.',
  evidence: {
    service: 'Service',
    port: 'Port',
    address: 'Listens on',
    program: 'Program',
    probed: 'Seen from outside',
  },
  fix: 'Close the port in the firewall now, then bind the service to 127.0.0.1 in its own settings and restart it.',
  undo: 'Remove the rule and put the former address back.',
  risk: 'service',
  maps: ['DBS-1888'],
  reads: { listeners },
  compares: { outsidePorts },
  judge({ listeners, outsidePorts }, { policy }) {
    if (!listeners.read) return unknown('The listening ports could not be read');
    const open = listeners.listeners.filter((one) => one.port in policy.dataPorts && isPublic(one));
    return failures(
      open.map((one) => ({
        subject: `port ${one.protocol}/${one.port} on ${one.address}`,
        evidence: {
          service: policy.dataPorts[one.port] ?? '',
          port: one.port,
          address: one.address,
          program: one.process ?? 'not known',
          probed: seenInWords(outsidePorts, one.port),
        },
      })),
    );
  },
  steps({ subject, evidence: { service, port, address, program } }) {
    const protocol = /^port (tcp|udp)\//.exec(subject ?? '')?.[1];
    return guide(
      [
        closePort(protocol, port),
        step(
          `Bind ${service} (“${program}”) to 127.0.0.1 instead of ${address} in its settings, and restart it.`,
          undefined,
          whoListens(port),
        ),
        step(
          'See who was connected: whoever reached it may have read or changed it.',
          sh`ss -Hntp ${`sport = :${port}`}`,
        ),
      ],
      [openPort(protocol, port)],
    );
  },
});
