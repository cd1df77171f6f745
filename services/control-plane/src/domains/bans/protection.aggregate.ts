// One entry of the never-blocked list. System entries come and go with what they protect; people's have an owner and an
// end. Pure.
import {
  AddressProtected,
  AddressProtectedForClient,
  ProtectionEnded,
  ProtectionEndedForClient,
} from '@muster/contracts/bans';
import { derivedId } from '@muster/kernel/ids';
import { ipRange } from '@muster/kernel/ip-range';
import type { z } from 'zod';
import { eventOf } from '../../platform/cqrs/recorder.ts';
import { Refusal } from '../../platform/errors/refusal.ts';
import type { NewEvent, StoredEvent } from '../../platform/event-store/index.ts';
import { refuseUnblockable, refuseTooWide } from './block-rules.ts';

export const LONGEST_PROTECTION_DAYS = 366;
const DAY = 24 * 3600 * 1000;

export const protectionStream = (entryId: string) => `protection-${entryId}`;

export type SystemKind = 'own-server' | 'control-plane' | 'live-operator';
/** The same address for the same reason is the same entry, however often it comes back. */
export const systemEntryId = (tenantId: string, kind: SystemKind, range: string) =>
  derivedId('bans.system-protection', tenantId, kind, range);

type Protected = z.output<typeof AddressProtected.schema>;
export interface ProtectionState {
  readonly version: number;
  readonly entry: Protected | null;
  readonly standing: boolean;
  /** On whose behalf it was made. */
  readonly clientId: string | null;
}
export const neverProtected: ProtectionState = { version: 0, entry: null, standing: false, clientId: null };

export type ProtectionFact =
  | { readonly type: 'bans.AddressProtected'; readonly data: Protected }
  | { readonly type: 'bans.ProtectionEnded'; readonly data: z.output<typeof ProtectionEnded.schema> }
  | {
      readonly type: 'bans.AddressProtectedForClient';
      readonly data: z.output<typeof AddressProtectedForClient.schema>;
    }
  | {
      readonly type: 'bans.ProtectionEndedForClient';
      readonly data: z.output<typeof ProtectionEndedForClient.schema>;
    };

export function evolve(state: ProtectionState, fact: ProtectionFact): ProtectionState {
  const version = state.version + 1;
  switch (fact.type) {
    case 'bans.AddressProtected':
      return { version, entry: fact.data, standing: true, clientId: null };
    case 'bans.ProtectionEnded':
      return { ...state, version, standing: false };
    case 'bans.AddressProtectedForClient':
      return { ...state, version, clientId: fact.data.clientId };
    case 'bans.ProtectionEndedForClient':
      return { ...state, version };
  }
}

export function protectionFrom(events: readonly StoredEvent[]): ProtectionState {
  return events.reduce((state, event) => evolve(state, factOf(event)), neverProtected);
}

function factOf(event: StoredEvent): ProtectionFact {
  switch (event.type) {
    case 'bans.AddressProtected':
      return { type: event.type, data: AddressProtected.schema.parse(event.data) };
    case 'bans.ProtectionEnded':
      return { type: event.type, data: ProtectionEnded.schema.parse(event.data) };
    case 'bans.AddressProtectedForClient':
      return { type: event.type, data: AddressProtectedForClient.schema.parse(event.data) };
    case 'bans.ProtectionEndedForClient':
      return { type: event.type, data: ProtectionEndedForClient.schema.parse(event.data) };
  }
  throw new Error(`${event.type} does not belong to a protection's stream`);
}

export interface ProtectionWish {
  readonly entryId: string;
  readonly operationId: string;
  readonly range: string;
  readonly label: string;
  readonly owner: string;
  readonly reason: string;
  readonly until: Date;
  readonly onBehalfOf?: string | undefined;
}

export function protect(wish: ProtectionWish, now: Date): NewEvent[] {
  const range = ipRange(wish.range);
  refuseTooWide(range, 'protected');
  refuseUnblockable(range, 'protected');
  const field = (message: string) => ({ fields: [{ path: 'until', message }] });
  if (wish.until <= now) {
    const sentence = 'That end is over already. Give one in the future';
    throw new Refusal('invalid', 'end-in-the-past', sentence, field(sentence));
  }
  if (wish.until.getTime() > now.getTime() + LONGEST_PROTECTION_DAYS * DAY) {
    const sentence = 'An entry lasts at most a year. Give an earlier end and renew it then';
    throw new Refusal('invalid', 'end-too-late', sentence, field(sentence));
  }
  const { onBehalfOf: clientId, ...entry } = wish;
  const until = wish.until.toISOString();
  return [
    eventOf(AddressProtected, { ...entry, origin: 'person', kind: 'person', until }),
    ...(clientId === undefined
      ? []
      : [eventOf(AddressProtectedForClient, { clientId, entryId: wish.entryId, range: wish.range, until })]),
  ];
}

/** Each client that it concerns reads of it: the one it was made for, and the one that asked now. */
export function end(state: ProtectionState, operationId: string, onBehalfOf?: string): NewEvent[] {
  const { entry } = state;
  if (!entry) throw new Refusal('not-found', 'not-found', 'There is no entry with that id');
  if (!state.standing) throw new Refusal('conflict', 'already-ended', `The entry for ${entry.range} has ended already`);
  if (entry.origin === 'system') {
    throw new Refusal(
      'forbidden',
      'system-entry',
      `${entry.range} (${entry.label}) is kept by Muster and cannot be ended`,
    );
  }
  const { entryId, range } = entry;
  const clients = new Set([state.clientId, onBehalfOf].filter((clientId) => typeof clientId === 'string'));
  return [
    eventOf(ProtectionEnded, { entryId, range, why: 'ended-by-person', operationId }),
    ...[...clients].map((clientId) => eventOf(ProtectionEndedForClient, { clientId, entryId, range })),
  ];
}

export function expire(state: ProtectionState, operationId: string, now: Date): NewEvent[] {
  const { entry } = state;
  if (!entry || !state.standing || entry.until === null || new Date(entry.until) > now) return [];
  return [eventOf(ProtectionEnded, { entryId: entry.entryId, range: entry.range, why: 'expired', operationId })];
}

export interface SystemEntry {
  readonly kind: SystemKind;
  readonly range: string;
  readonly label: string;
}

/** Nothing when it stands already. */
export function keep(state: ProtectionState, tenantId: string, wanted: SystemEntry, operationId: string): NewEvent[] {
  if (state.standing) return [];
  const entryId = systemEntryId(tenantId, wanted.kind, wanted.range);
  const always = { origin: 'system', owner: null, reason: null, until: null } as const;
  return [eventOf(AddressProtected, { entryId, ...wanted, ...always, operationId })];
}

/** Nothing when it has ended already. */
export function drop(state: ProtectionState, operationId: string): NewEvent[] {
  if (!state.entry || !state.standing) return [];
  const { entryId, range } = state.entry;
  return [eventOf(ProtectionEnded, { entryId, range, why: 'no-longer-needed', operationId })];
}
