// What a server says of its ports beside what the prober saw. Pure.
import { isPublic, type Listener } from '../probes/listeners.ts';
import { answerOf, type PortsFromOutside, type PortState } from './ports.ts';

export interface ComparedPort {
  readonly port: number;
  /** Programs that listen there to the world, as the server says. */
  readonly programs: readonly string[];
  /** null: the server has not said. */
  readonly listens: boolean | null;
  /** null: not tried. */
  readonly answered: PortState | null;
  /**
   * reachable: it listens, and answers. filtered: it listens, and something on the way keeps others out. unexplained: it
   * answers, and the server knew of nobody who listens, neither then nor now. closed: both say no.
   */
  readonly verdict: 'reachable' | 'filtered' | 'unexplained' | 'closed' | 'not-compared';
}

export function comparePorts(listeners: readonly Listener[] | null, outside: PortsFromOutside): ComparedPort[] {
  const open = (listeners ?? []).filter((one) => one.protocol === 'tcp' && isPublic(one));
  const all = new Set([...open.map(({ port }) => port), ...outside.ports.map(({ port }) => port)]);
  return [...all]
    .toSorted((a, b) => a - b)
    .map((port) => {
      const mine = open.filter((one) => one.port === port);
      const listens = listeners === null ? null : mine.length > 0;
      const answered = answerOf(outside, port);
      return {
        port,
        programs: [...new Set(mine.map(({ process }) => process ?? 'not known'))],
        listens,
        answered,
        verdict: verdictOf(listens, answered, outside.said?.includes(port) ?? null),
      };
    });
}

/** `saidThen`: what it said when it was looked at; one of both may be older than a service that was started or stopped. */
function verdictOf(
  listens: boolean | null,
  answered: PortState | null,
  saidThen: boolean | null,
): ComparedPort['verdict'] {
  if (listens === null || saidThen === null || answered === null) return 'not-compared';
  if (answered === 'open') return listens ? 'reachable' : saidThen ? 'not-compared' : 'unexplained';
  if (!listens) return 'closed';
  return saidThen ? 'filtered' : 'not-compared';
}
