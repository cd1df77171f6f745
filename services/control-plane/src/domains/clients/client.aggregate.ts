// A client: what it is called, which servers are its own, and what its people may unblock by themselves. Pure.
import {
  ClientArchived,
  ClientChanged,
  ClientCreated,
  DEFAULT_LIMITS,
  ServerGiven,
  ServerTaken,
  UnblockAsked,
  UnblockLimitsSet,
  type UnblockLimits,
} from '@muster/contracts/clients';
import { ipRange, rangeContains } from '@muster/kernel/ip-range';
import type { z } from 'zod';
import { eventOf } from '../../platform/cqrs/recorder.ts';
import { notFound, Refusal } from '../../platform/errors/refusal.ts';
import type { NewEvent, StoredEvent } from '../../platform/event-store/index.ts';

export interface ClientState {
  readonly version: number;
  readonly clientId: string;
  readonly name: string;
  readonly externalRef: string | null;
  readonly archived: boolean;
  readonly servers: ReadonlySet<string>;
  readonly limits: UnblockLimits;
  /** When addresses were let go, oldest first. */
  readonly unblocks: readonly Date[];
}

const DAY_MS = 24 * 3_600_000;

/** null: there is no such client. */
export function clientFrom(events: readonly StoredEvent[]): ClientState | null {
  let state: ClientState | null = null;
  for (const event of events) state = next(state, event);
  return state;
}

function next(state: ClientState | null, event: StoredEvent): ClientState | null {
  const version = event.streamVersion;
  if (event.type === ClientCreated.type) {
    const created = ClientCreated.schema.parse(event.data);
    return { ...created, version, archived: false, servers: new Set(), limits: DEFAULT_LIMITS, unblocks: [] };
  }
  if (!state) throw new Error(`a client begins with ${ClientCreated.type}, not ${event.type}`);
  switch (event.type) {
    case ClientChanged.type:
      return { ...state, version, ...ClientChanged.schema.parse(event.data) };
    case ClientArchived.type:
      return { ...state, version, archived: true };
    case ServerGiven.type:
      return { ...state, version, servers: new Set([...state.servers, ServerGiven.schema.parse(event.data).serverId]) };
    case ServerTaken.type: {
      const { serverId } = ServerTaken.schema.parse(event.data);
      return { ...state, version, servers: new Set([...state.servers].filter((id) => id !== serverId)) };
    }
    case UnblockLimitsSet.type:
      return { ...state, version, limits: UnblockLimitsSet.schema.parse(event.data).limits };
    case UnblockAsked.type:
      return { ...state, version, unblocks: [...state.unblocks, event.recordedAt] };
    default:
      throw new Error(`a client has no event ${event.type}`);
  }
}

export function present(state: ClientState | null): ClientState {
  if (!state || state.archived) throw notFound('client');
  return state;
}

export function changeClient(found: ClientState | null, name: string, externalRef: string | null): NewEvent[] {
  const state = present(found);
  if (state.name === name && state.externalRef === externalRef) {
    throw new Refusal('conflict', 'unchanged', `${name} is called so already`);
  }
  return [eventOf(ClientChanged, { clientId: state.clientId, name, externalRef })];
}

/** `holds`: what is still its own. */
export function archiveClient(found: ClientState | null, holds: { sites: number }): NewEvent[] {
  const state = present(found);
  const left = [
    ...(holds.sites > 0 ? [`${holds.sites} ${holds.sites === 1 ? 'site' : 'sites'}`] : []),
    ...(state.servers.size > 0 ? [`${state.servers.size} ${state.servers.size === 1 ? 'server' : 'servers'}`] : []),
  ];
  if (left.length > 0) {
    throw new Refusal(
      'conflict',
      'not-empty',
      `${state.name} still has ${left.join(' and ')}. Give them to somebody first`,
    );
  }
  return [eventOf(ClientArchived, { clientId: state.clientId })];
}

export function setLimits(found: ClientState | null, limits: UnblockLimits): NewEvent[] {
  const { clientId } = present(found);
  return [eventOf(UnblockLimitsSet, { clientId, limits })];
}

/** `others`: whether another client has, or ever had, a site there: its past would be shown with it. */
export function giveServer(found: ClientState | null, serverId: string, others: boolean): NewEvent[] {
  const state = present(found);
  if (state.servers.has(serverId)) throw new Refusal('conflict', 'unchanged', `It is ${state.name}’s own already`);
  if (others) {
    const sentence =
      'Another client has or had a site on it, and whoever has a server reads its past. Leave it shared, or enrol the machine anew';
    throw new Refusal('conflict', 'shared', sentence);
  }
  return [eventOf(ServerGiven, { clientId: state.clientId, serverId })];
}

export function takeServer(found: ClientState | null, serverId: string): NewEvent[] {
  const state = present(found);
  if (!state.servers.has(serverId)) throw notFound('server');
  return [eventOf(ServerTaken, { clientId: state.clientId, serverId })];
}

export function usedToday(state: ClientState, now: Date): number {
  return state.unblocks.filter((at) => now.getTime() - at.getTime() < DAY_MS).length;
}

/** Why this address is not the client's own, in a sentence; null when it is. */
export function ownObjection({ limits }: ClientState, address: string, source: string | null): string | null {
  const asked = ipRange(address);
  if (asked.first !== asked.last) return `${address} is a range: give one address`;
  const own =
    (limits.present && source !== null && source === address) ||
    limits.ranges.some((range) => rangeContains(ipRange(range), asked));
  if (own) return null;
  const yours = [
    ...(limits.present && source !== null ? [`${source}, from which you are signed in`] : []),
    ...limits.ranges,
  ];
  return yours.length === 0
    ? 'No address is set as yours. Ask the operations team'
    : `${address} is not one of yours: ${yours.join(', ')}. Ask the operations team`;
}

const minute = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Why the client's people may not let this address go now, in a sentence; null when they may. */
export function objection(state: ClientState, address: string, source: string | null, now: Date): string | null {
  const foreign = ownObjection(state, address, source);
  if (foreign !== null) return foreign;
  const { limits } = state;
  const used = usedToday(state, now);
  if (used < limits.perDay) return null;
  if (limits.perDay === 0) return 'Letting addresses go is not open to you. Ask the operations team';
  const oldest = state.unblocks.at(-limits.perDay);
  const again = oldest ? ` It opens again at ${minute(new Date(oldest.getTime() + DAY_MS))}` : '';
  return `${used} of ${limits.perDay} were used within 24 hours.${again}. Ask the operations team if it cannot wait`;
}

export function askUnblock(
  found: ClientState | null,
  asked: z.output<typeof UnblockAsked.schema>,
  source: string | null,
  now: Date,
): NewEvent[] {
  const why = objection(present(found), asked.address, source, now);
  if (why !== null) throw new Refusal('forbidden', 'beyond-limits', why);
  return [eventOf(UnblockAsked, asked)];
}
