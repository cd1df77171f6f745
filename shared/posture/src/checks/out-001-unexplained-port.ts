// OUT-001: A port answers from outside, and the server knows of nobody who listens there.
import { check, notApplicable, overall, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { whoListens } from '../guides/network.ts';
import { comparePorts } from '../outside/compare-ports.ts';
import { lookedAt, outsidePorts } from '../outside/ports.ts';
import { listeners } from '../probes/listeners.ts';
import { NUMBER, only, sh } from '../shell.ts';

export default check({
  id: 'OUT-001',
  area: 'firewall',
  severity: 'critical',
  title: 'A port answers that the server does not know of',
  measured: 'a connection from outside, against ss -H -lntupe',
  expected: 'whatever answers is a program that the server shows',
  why: 'What listens and is not shown is hidden, or sits on the way: a rootkit, a forwarding rule, another machine at the same address. It is reachable, and nobody who looks at the server sees it.',
  evidence: { port: 'Port', addresses: 'Answers at' },
  fix: 'Look for forwarding rules (nft list ruleset: dnat, redirect; published ports of containers) and for another machine at the address. If there is none, treat the server as taken over.',
  undo: 'Nothing is changed on the server.',
  risk: 'none',
  maps: [],
  reads: { outsidePorts, listeners },
  judge({ outsidePorts, listeners }) {
    if (lookedAt(outsidePorts).length === 0) return notApplicable('No public address of this server may be looked at');
    if (!listeners.read || outsidePorts.said === null) return unknown('The listening ports could not be read');
    const strange = comparePorts(listeners.listeners, outsidePorts).filter(({ verdict }) => verdict === 'unexplained');
    return overall(
      strange.map(({ port }) => ({
        subject: `port tcp/${port}`,
        evidence: {
          port,
          addresses: outsidePorts.ports
            .flatMap((one) => (one.port === port && one.state === 'open' ? [one.address] : []))
            .join(', '),
        },
      })),
      outsidePorts.left,
      'Not every port could be tried in time',
    );
  },
  steps({ evidence: { port, addresses } }) {
    const number = only(port, NUMBER);
    return guide([
      step(
        `Port tcp/${port} answers at ${addresses}. See whether the server shows a program by now.`,
        whoListens(port),
      ),
      step(
        'See what forwards it.',
        sh`nft list ruleset | grep -nE 'dnat|redirect'; docker ps --filter publish=${number}`,
      ),
      step(
        `If nothing does, ask whether another machine answers at ${addresses}. If none does, treat the server as taken over: a program hides.`,
      ),
    ]);
  },
});
