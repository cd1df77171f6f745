// DKR-001: Docker API exposed over TCP.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { closePort, openPort, whoListens } from '../guides/network.ts';
import { docker } from '../probes/docker.ts';
import { isPublic, listeners } from '../probes/listeners.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'DKR-001',
  area: 'docker',
  severity: 'critical',
  title: 'Docker API exposed over TCP',
  measured: 'ss -H -lntupe: dockerd; hosts and tlsverify of daemon.json',
  expected: 'the Unix socket only, or certificates of clients',
  why: 'Whoever reaches the API is root on the server with one request. Machines look for it on every address.',
  evidence: { address: 'Listens on', verified: 'Asks for certificates' },
  fix: 'Close the port in the firewall now; take the tcp:// host out of daemon.json and the unit, restart Docker.',
  undo: 'Put the host back, with tlsverify, and restart.',
  risk: 'service',
  maps: [],
  reads: { docker, listeners },
  judge({ docker: { installed, hosts, verified }, listeners: { read, listeners } }) {
    if (!read) return unknown('The listening ports could not be read');
    const open = listeners
      .filter((one) => one.process === 'dockerd' && isPublic(one))
      .map(({ address, port }) => `tcp://${address}:${port}`);
    const all = [...new Set([...open, ...hosts.filter((host) => !/\/\/(?:127\.|localhost)/.test(host))])];
    if (!installed && all.length === 0) return notApplicable('Docker is not installed');
    return failures(verified ? [] : all.map((address) => ({ subject: address, evidence: { address, verified } })));
  },
  steps({ evidence: { address } }) {
    const port = /:(\d{1,5})$/.exec(String(address))?.[1];
    return guide(
      [
        closePort('tcp', port),
        step(
          'See where Docker is told to listen.',
          sh`grep -n tcp:// /etc/docker/daemon.json; systemctl cat docker | grep -n ExecStart`,
        ),
        step(`Take “${address}” out of it.`, sh`systemctl daemon-reload && systemctl restart docker`, whoListens(port)),
        step(
          'See what was started through it: whoever reached the port was root here.',
          sh`docker ps -a --format '{{.CreatedAt}} {{.Image}} {{.Names}}'`,
        ),
      ],
      [
        step(`Put “${address}” back, with tlsverify and certificates of clients, and restart Docker.`),
        openPort('tcp', port),
      ],
    );
  },
});
