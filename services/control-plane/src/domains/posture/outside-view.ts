// What the prober saw of a server, as its page shows it: apart from what the server says, and compared with it. Pure.
import type { OutsideView } from '@muster/contracts/posture';
import { compareDkim } from '@muster/posture/outside/compare-dkim';
import { comparePorts } from '@muster/posture/outside/compare-ports';
import { outsideDkim } from '@muster/posture/outside/dkim';
import { outsideNames } from '@muster/posture/outside/names';
import { outsidePorts } from '@muster/posture/outside/ports';
import { outsideTls } from '@muster/posture/outside/tls';
import { outsideSources } from '@muster/posture/outside';
import { readingOf, type Reports } from '@muster/posture/judge';
import { dkimKeys } from '@muster/posture/probes/dkim-keys';
import { listeners } from '@muster/posture/probes/listeners';

/** What the server says of its ports and of the keys that it signs mail with is compared with what was seen. */
export const COMPARED_PROBES = [listeners.name, dkimKeys.name];

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
    signatures: signaturesIn(reports, now),
    failed: outsideSources.flatMap(({ name }) => {
      const error = reports.get(name)?.error ?? null;
      return error === null ? [] : [{ what: name, why: error }];
    }),
  };
}

function signaturesIn(reports: Reports, now: Date): OutsideView['signatures'] {
  const said = readingOf(dkimKeys, reports, now);
  const asked = readingOf(outsideDkim, reports, now) ?? { said: null, published: [], left: 0 };
  const own = new Set(readingOf(outsideNames, reports, now)?.domains.map(({ name }) => name));
  return compareDkim(said?.keys ?? [], asked, own).map(({ file: _, published, ...row }) => ({
    ...row,
    published: published && [...published],
  }));
}
