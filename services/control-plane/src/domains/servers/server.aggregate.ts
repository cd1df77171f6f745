// A server as its events tell it. Decisions are pure: state and wish in, events out, or a refusal in words.
import {
  CapabilitySet,
  FingerprintConfirmed,
  KeyRotated,
  KeyRotationAsked,
  ServerEnrolled,
  ServerRenamed,
  ServerRetired,
  ServerTagged,
  type CapabilityName,
} from '@muster/contracts/servers';
import { eventOf } from '../../platform/cqrs/recorder.ts';
import { notFound, Refusal } from '../../platform/errors/refusal.ts';
import type { NewEvent, StoredEvent } from '../../platform/event-store/index.ts';

export interface ServerState {
  readonly version: number;
  readonly serverId: string;
  readonly name: string;
  readonly fingerprint: string;
  readonly observeOnly: boolean;
  readonly offers: readonly CapabilityName[];
  readonly confirmed: boolean;
  readonly quarantined: boolean;
  readonly retired: boolean;
  readonly tags: readonly string[];
  readonly managed: readonly CapabilityName[];
  /** The newest request for another identity key that is still open. */
  readonly rotation: string | null;
}

/** `known` is the state before the first of the events. */
export function evolveServer(events: readonly StoredEvent[], known: ServerState | null = null): ServerState | null {
  let state = known;
  for (const event of events) state = next(state, event);
  return state;
}

function next(state: ServerState | null, event: StoredEvent): ServerState | null {
  const version = event.streamVersion;
  if (event.type === ServerEnrolled.type) {
    const { serverId, name, fingerprint, observeOnly, offers } = ServerEnrolled.schema.parse(event.data);
    return {
      version,
      serverId,
      name,
      fingerprint,
      observeOnly,
      offers,
      confirmed: false,
      quarantined: false,
      retired: false,
      tags: [],
      managed: [],
      rotation: null,
    };
  }
  if (!state) return null;
  switch (event.type) {
    case FingerprintConfirmed.type:
      return { ...state, version, confirmed: true, quarantined: false };
    case ServerRenamed.type:
      return { ...state, version, name: ServerRenamed.schema.parse(event.data).name };
    case ServerTagged.type:
      return { ...state, version, tags: ServerTagged.schema.parse(event.data).tags };
    case ServerRetired.type:
      return { ...state, version, retired: true };
    case KeyRotationAsked.type:
      return { ...state, version, rotation: KeyRotationAsked.schema.parse(event.data).rotationId };
    case KeyRotated.type:
      return { ...state, version, rotation: null, fingerprint: KeyRotated.schema.parse(event.data).fingerprint };
    case 'servers.IdentityConflictFound':
      return { ...state, version, quarantined: true };
    case CapabilitySet.type: {
      const { capability, mode } = CapabilitySet.schema.parse(event.data);
      const others = state.managed.filter((name) => name !== capability);
      return { ...state, version, managed: mode === 'managed' ? [...others, capability] : others };
    }
    default:
      // Observations (answered, silent, facts changed) do not change what may be decided.
      return { ...state, version };
  }
}

function present(state: ServerState | null): ServerState {
  if (!state) throw notFound('server');
  if (state.retired) throw new Refusal('conflict', 'retired', `${state.name} was retired; enrol it again to change it`);
  return state;
}

export function confirmFingerprint(found: ServerState | null, fingerprint: string): NewEvent[] {
  const state = present(found);
  if (state.fingerprint !== fingerprint) {
    throw new Refusal(
      'conflict',
      'fingerprint-differs',
      `That is not the fingerprint of ${state.name}. If the server shows another one than this page, somebody may sit between: do not confirm, and enrol it again`,
    );
  }
  if (state.confirmed && !state.quarantined) {
    throw new Refusal('conflict', 'already-confirmed', `The fingerprint of ${state.name} is confirmed already`);
  }
  return [eventOf(FingerprintConfirmed, { serverId: state.serverId, fingerprint })];
}

export function setCapability(
  found: ServerState | null,
  capability: CapabilityName,
  mode: 'observe' | 'managed',
  barred: string | null,
): NewEvent[] {
  const state = present(found);
  const isManaged = state.managed.includes(capability);
  if ((mode === 'managed') === isManaged) {
    throw new Refusal('conflict', 'unchanged', `${capability} on ${state.name} is set to ${mode} already`);
  }
  if (mode === 'managed') {
    if (!state.confirmed) {
      throw new Refusal('conflict', 'unconfirmed', `Confirm the fingerprint of ${state.name} first`);
    }
    if (capability === 'inventory') {
      throw new Refusal('conflict', 'nothing-to-manage', 'Inventory only reads; there is nothing to manage');
    }
    if (state.observeOnly || barred !== null) {
      throw new Refusal(
        'conflict',
        'barred',
        `${state.name} does not let Muster manage ${capability}: ${barred ?? 'its agent runs without the root helper'}`,
      );
    }
    if (!state.offers.includes(capability)) {
      throw new Refusal('conflict', 'not-offered', `The agent on ${state.name} does not know ${capability}`);
    }
  }
  return [eventOf(CapabilitySet, { serverId: state.serverId, capability, mode })];
}

export function renameServer(found: ServerState | null, name: string): NewEvent[] {
  const state = present(found);
  if (state.name === name) throw new Refusal('conflict', 'unchanged', `It is called ${name} already`);
  return [eventOf(ServerRenamed, { serverId: state.serverId, name })];
}

export function tagServer(found: ServerState | null, tags: readonly string[]): NewEvent[] {
  const state = present(found);
  const wanted = [...new Set(tags)].sort();
  if (wanted.join(' ') === [...state.tags].sort().join(' ')) {
    throw new Refusal('conflict', 'unchanged', `${state.name} has exactly these tags already`);
  }
  return [eventOf(ServerTagged, { serverId: state.serverId, tags: wanted })];
}

export function retireServer(found: ServerState | null, reason: string): NewEvent[] {
  const state = present(found);
  return [eventOf(ServerRetired, { serverId: state.serverId, reason })];
}

/** `fixed`: why this server's agent cannot replace its key. */
export function askForKeyRotation(
  found: ServerState | null,
  rotationId: string,
  reason: string,
  fixed: string | null,
): NewEvent[] {
  const state = present(found);
  if (state.quarantined) {
    throw new Refusal(
      'conflict',
      'quarantined',
      `Two machines use the identity of ${state.name}: a new key could go to either. Retire it and enrol yours again`,
    );
  }
  if (fixed !== null) throw new Refusal('conflict', 'key-fixed', `${state.name}: ${fixed}`);
  if (state.rotation !== null) {
    throw new Refusal('conflict', 'already-asked', `${state.name} was asked already; it answers when it connects`);
  }
  return [eventOf(KeyRotationAsked, { serverId: state.serverId, rotationId, reason })];
}
