// FW-003: Open port nobody approved.
import { check, failures, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { closePort, openPort, whoListens } from '../guides/network.ts';
import { isPublic, listeners, portItem } from '../probes/listeners.ts';
import { sshd } from '../probes/sshd.ts';
import { NAME, only, sh } from '../shell.ts';

export default check({
  id: 'FW-003',
  area: 'firewall',
  severity: 'high',
  title: 'Open port nobody approved',
  measured: 'ss -H -lntupe against the approved ports of the policy and of the server’s page',
  expected: 'every port that listens to the world has a reason',
  why: 'What listens can be attacked, whether anybody remembers it or not. A port that nobody can explain is either a leftover or somebody else’s.',
  evidence: { port: 'Port', program: 'Program', unit: 'Unit', address: 'Listens on' },
  fix: 'Find out who needs it. Stop its unit and disable it, or bind it to 127.0.0.1; if it has a reason, approve it on the server’s page until a review.',
  undo: 'Enable and start the unit again.',
  risk: 'service',
  maps: ['CIS 2.1.22', 'NETW-3012'],
  reads: { listeners, sshd },
  judge({ listeners, sshd }, { policy }) {
    if (!listeners.read) return unknown('The listening ports could not be read');
    const open = listeners.listeners.filter(isPublic);
    const approved = (port: number, program: string): boolean =>
      (program === 'sshd' && sshd.ports.includes(port)) ||
      policy.approvedPorts.some((one) => one.ports.includes(port) && one.programs.includes(program));
    const strange = open.filter(({ port, process }) => process !== null && !approved(port, process));
    const bySubject = Map.groupBy(strange, ({ protocol, port, process }) => `port ${protocol}/${port} of ${process}`);
    return failures(
      [...bySubject].flatMap(([subject, [first, ...others]]) =>
        first === undefined
          ? []
          : [
              {
                subject,
                evidence: {
                  port: first.port,
                  program: first.process ?? '',
                  unit: first.unit ?? '',
                  address: first.address,
                },
                approvable: {
                  kind: 'ports',
                  items: [...new Set([first, ...others].map(portItem))],
                  program: first.process ?? '',
                },
              },
            ],
      ),
      open.some(({ process }) => process === null) ? 'Which program listens could not be read' : null,
    );
  },
  steps({ subject, evidence: { port, program, unit, address } }) {
    const protocol = /^port (tcp|udp)\//.exec(subject ?? '')?.[1];
    if (unit === '' || unit === undefined || String(unit).endsWith('.scope')) {
      return guide(
        [
          step(`See who started “${program}”, which listens on ${address}, and ask who needs it.`, whoListens(port)),
          closePort(protocol, port),
        ],
        [openPort(protocol, port)],
      );
    }
    const named = only(unit, NAME);
    return guide(
      [
        step(
          `See what “${program}” of ${unit} is for, and ask who needs it on ${address}.`,
          sh`systemctl status ${named} --no-pager; systemctl cat ${named}`,
        ),
        step(
          `Stop ${unit}, now and at boot. A unit of systemd-run is gone with the first half.`,
          sh`systemctl stop ${named} && systemctl disable ${named}`,
          whoListens(port),
        ),
      ],
      [step(`Start ${unit} again, now and at boot.`, sh`systemctl enable --now ${named}`)],
    );
  },
});
