// A site and whose it is. By hand wins over an import, an import over rules; each change of client is two facts, so that
// neither client reads the other’s name.
import {
  SiteAdded,
  SiteGiven,
  SiteReferenced,
  SiteRemoved,
  SiteTaken,
  type AssignedBy,
} from '@muster/contracts/clients';
import type { z } from 'zod';
import { eventOf } from '../../platform/cqrs/recorder.ts';
import { notFound, Refusal } from '../../platform/errors/refusal.ts';
import type { NewEvent, StoredEvent } from '../../platform/event-store/index.ts';

export interface SiteState {
  readonly siteId: string;
  readonly name: string;
  readonly serverId: string | null;
  readonly externalRef: string | null;
  readonly clientId: string | null;
  /** Who decided last, also that it is nobody’s; null: nobody has. */
  readonly assignedBy: AssignedBy | null;
}
/** The version beside the state: a site that was removed has events but no state. */
export interface KnownSite {
  readonly version: number;
  readonly state: SiteState | null;
}

export function siteFrom(events: readonly StoredEvent[]): KnownSite {
  let state: SiteState | null = null;
  for (const event of events) state = next(state, event);
  return { version: events.at(-1)?.streamVersion ?? 0, state };
}

function next(state: SiteState | null, event: StoredEvent): SiteState | null {
  if (event.type === SiteAdded.type) {
    const { how: _how, ...added } = SiteAdded.schema.parse(event.data);
    return { ...added, clientId: null, assignedBy: null };
  }
  if (event.type === SiteRemoved.type || !state) return null;
  switch (event.type) {
    case SiteGiven.type: {
      const { clientId, by } = SiteGiven.schema.parse(event.data);
      return { ...state, clientId, assignedBy: by };
    }
    case SiteTaken.type:
      return { ...state, clientId: null, assignedBy: SiteTaken.schema.parse(event.data).by };
    case SiteReferenced.type:
      return { ...state, externalRef: SiteReferenced.schema.parse(event.data).externalRef };
    default:
      throw new Error(`a site has no event ${event.type}`);
  }
}

export function addSite(known: KnownSite, added: z.output<typeof SiteAdded.schema>): NewEvent[] {
  if (known.state) throw new Refusal('conflict', 'taken', `${added.name} is in the list already`);
  return [eventOf(SiteAdded, added)];
}

/** Nothing when it is so already. */
export function assign(state: SiteState, clientId: string | null, by: AssignedBy): NewEvent[] {
  const { siteId, name, serverId } = state;
  if (state.clientId === clientId && (by === 'rule' || state.assignedBy === by)) return [];
  const taken =
    state.clientId === null || state.clientId === clientId
      ? []
      : [eventOf(SiteTaken, { siteId, clientId: state.clientId, name, by })];
  return clientId === null ? taken : [...taken, eventOf(SiteGiven, { siteId, clientId, name, serverId, by })];
}

export function removeSite({ state }: KnownSite, served: boolean): NewEvent[] {
  if (!state) throw notFound('site');
  if (served) {
    throw new Refusal('conflict', 'still-served', `${state.name} is served on its server, which would report it again`);
  }
  return [...assign(state, null, 'hand'), eventOf(SiteRemoved, { siteId: state.siteId })];
}
