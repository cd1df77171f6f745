// Which waivers of clients may cover something else than before, told by the log: what a check finds, a server's sites, whose
// a site or a server is, and the waiver itself. So a tick in which nothing of that happened asks for nothing.
import { ServerGiven, ServerTaken, SiteGiven, SitesChanged, SiteTaken } from '@muster/contracts/clients';
import {
  FindingChanged,
  FindingClosed,
  FindingOpened,
  RiskAccepted,
  WaiverApproved,
  WaiverReachChanged,
} from '@muster/contracts/posture';
import { ServerRetired } from '@muster/contracts/servers';
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';
import type { EventStore, SequencedEvent } from '../../platform/event-store/index.ts';
import type { ReadModelKey } from '../../platform/projections/index.ts';
import { CLIENTS } from '../clients/index.ts';
import { FINDINGS } from './projections/findings/findings.projection.ts';

/** By the read model that has to have taken them in before a look shows what came of them. */
const TELLING: readonly { readonly of: ReadModelKey; readonly types: readonly string[] }[] = [
  {
    of: FINDINGS,
    types: [
      FindingOpened,
      FindingChanged,
      FindingClosed,
      RiskAccepted,
      WaiverApproved,
      WaiverReachChanged,
      ServerRetired,
    ].map(({ type }) => type),
  },
  {
    of: CLIENTS,
    types: [SitesChanged, SiteGiven, SiteTaken, ServerGiven, ServerTaken].map(({ type }) => type),
  },
];
/** Of more events than that at once, looking at every waiver is as cheap. */
const MOST = 500;
/** So far behind the log is not read up: a read model is being made anew, or this process was away. */
const FARTHEST = 50_000;

/** What no event told is seen by then. */
const EVERYTHING_EVERY_MS = 3_600_000;

/** Positions of the read models, in the order of TELLING. */
type Seen = readonly number[];

export interface Touched {
  readonly waivers: readonly string[];
  /** Whatever of theirs. */
  readonly clients: readonly string[];
  /** `checkId` null: whatever was found there. */
  readonly servers: readonly { readonly serverId: string; readonly checkId: string | null }[];
}

export class TouchedWaivers {
  readonly #database: Connection;
  readonly #store: EventStore;
  #seen: Seen = [];
  #everythingAt = -Infinity;

  constructor(database: Connection, store: EventStore) {
    this.#database = database;
    this.#store = store;
  }

  /**
   * What was touched since the last look that was `done`. Null: every waiver is to be looked at, as at first, after a read
   * model went back, after too much to tell apart, and every hour.
   */
  async look(): Promise<{ touched: Touched | null; done: () => void }> {
    const at = performance.now();
    const now = await this.#positions();
    const events = at - this.#everythingAt < EVERYTHING_EVERY_MS ? await this.#events(this.#seen, now) : null;
    const done = (): void => {
      this.#seen = now;
      if (events === null) this.#everythingAt = at;
    };
    return { touched: events && touchedBy(events), done };
  }

  /** Between two looks; null when they are too many, or when the log does not tell. */
  async #events(seen: Seen, now: Seen): Promise<readonly SequencedEvent[] | null> {
    const events: SequencedEvent[] = [];
    for (const [index, { types }] of TELLING.entries()) {
      const [from, to] = [seen[index] ?? -1, now[index] ?? -1];
      if (to === from) continue;
      if (to < from || to - from > FARTHEST) return null;
      const more = await this.#store.readAll(from + 1, { types, window: to - from, limit: MOST + 1 });
      if (more.length > MOST) return null;
      events.push(...more);
    }
    return events;
  }

  async #positions(): Promise<Seen> {
    const { rows } = await sql<{ position: string }>`
      select coalesce(s.position, -1) as position
      from unnest(${TELLING.map(({ of }) => of.name)}::text[], ${TELLING.map(({ of }) => of.version)}::int[])
        with ordinality as told(name, version, turn)
      left join es.subscriptions s on s.name = told.name and s.version = told.version
      order by told.turn`.execute(this.#database.db);
    return rows.map(({ position }) => Number(position));
  }
}

/** All that these types name by the same words: a waiver, a client, a server and what was found there. */
export function touchedBy(events: readonly SequencedEvent[]): Touched {
  const said = (field: string): string[] => [
    ...new Set(events.flatMap(({ data }) => (typeof data[field] === 'string' ? [data[field]] : []))),
  ];
  const servers = new Map<string, Touched['servers'][number]>();
  for (const { data } of events) {
    const { serverId, checkId } = data;
    if (typeof serverId !== 'string') continue;
    const one = { serverId, checkId: typeof checkId === 'string' ? checkId : null };
    servers.set(`${serverId} ${one.checkId ?? ''}`, one);
  }
  return { waivers: said('waiverId'), clients: said('clientId'), servers: [...servers.values()] };
}
