// What the prober saw of a server, as its page shows it: apart from what the server says, and compared with it. Pure.
import type { OutsideView } from '@muster/contracts/posture';
import { comparePorts } from '@muster/posture/outside/compare-ports';
import { outsidePorts } from '@muster/posture/outside/ports';
import { outsideTls } from '@muster/posture/outside/tls';
import { outsideSources } from '@muster/posture/outside';
import { readingOf, type Reports } from '@muster/posture/judge';
import { listeners } from '@muster/posture/probes/listeners';

/** null: nobody has looked yet. */
export function outsideViewOf(reports: Reports, now: Date): OutsideView | null {
  const at = reports.get(outsidePorts.name)?.at;
  if (at === undefined) return null;
  const probed = readingOf(outsidePorts, reports, now);
  const said = readingOf(listeners, reports, now);
  const compared = probed === null ? [] : comparePorts(said?.read === true ? said.listeners : null, probed);
  return {
    at,
    addresses: probed?.addresses ?? [],
    ports: compared.flatMap(({ verdict, programs, ...port }) =>
      verdict === 'closed' || (verdict === 'not-compared' && port.listens !== true && port.answered !== 'open')
        ? []
        : [{ ...port, verdict, programs: [...programs] }],
    ),
    closed: compared.filter(({ verdict }) => verdict === 'closed').length,
    services: (readingOf(outsideTls, reports, now)?.services ?? []).map(({ certificate, ...service }) => ({
      ...service,
      until: certificate?.until ?? null,
    })),
    failed: outsideSources.flatMap(({ name }) => {
      const error = reports.get(name)?.error ?? null;
      return error === null ? [] : [{ what: name, why: error }];
    }),
  };
}
