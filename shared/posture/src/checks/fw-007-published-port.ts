// FW-007: Docker-published port bypasses the host firewall.
import { check, failures, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { closePublished, openPort } from '../guides/network.ts';
import { firewall } from '../probes/firewall.ts';
import { NUMBER, only, sh } from '../shell.ts';

export default check({
  id: 'FW-007',
  area: 'firewall',
  severity: 'high',
  title: 'Docker-published port bypasses the host firewall',
  measured: 'nft -t -j list ruleset: destination NAT',
  expected: 'containers are published on 127.0.0.1 only',
  why: 'A published port is turned away before the input chain, so the firewall never sees it. Everybody believes it is closed, and it is open.',
  evidence: { port: 'Port', protocol: 'Protocol', to: 'Leads to' },
  fix: 'Publish it on 127.0.0.1 (-p 127.0.0.1:8080:80) and put a web server before it, or refuse it in the prerouting hook.',
  undo: 'Publish it as before.',
  risk: 'service',
  maps: ['CONT-8104'],
  reads: { firewall },
  judge({ firewall: { read, published } }) {
    if (!read) return unknown('The ruleset could not be read');
    return failures(
      published.map(({ port, protocol, to }) => ({
        subject: `port ${protocol}/${port}`,
        evidence: { port, protocol, to },
      })),
    );
  },
  steps({ evidence: { port, protocol, to } }) {
    return guide(
      [
        step(
          `Port ${protocol}/${port} leads to ${to}. See which container or rule that is.`,
          sh`docker ps --filter publish=${only(port, NUMBER)}; nft list ruleset | grep -n dnat`,
        ),
        closePublished(protocol, port),
        step(
          `Publish it on loopback (-p 127.0.0.1:${port}:…) with a web server before it. Then the table may go.`,
          undefined,
          sh`nft list ruleset | grep -n dnat`,
        ),
      ],
      [openPort(protocol, port)],
    );
  },
});
