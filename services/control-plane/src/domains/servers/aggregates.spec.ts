import {
  CapabilitySet,
  FingerprintConfirmed,
  GroupMembersSet,
  IdentityConflictFound,
  KeyRotated,
  KeyRotationAsked,
  ServerEnrolled,
  ServerRetired,
} from '@muster/contracts/servers';
import { describe, expect, it } from 'vitest';
import type { EventDefinition } from '@muster/contracts';
import type { StoredEvent } from '../../platform/event-store/index.ts';
import { createGroup, evolveGroup, setMembers } from './group.aggregate.ts';
import { askForKeyRotation, confirmFingerprint, evolveServer, setCapability } from './server.aggregate.ts';

const stored = (events: { type: string; version: number; data: StoredEvent['data'] }[]): StoredEvent[] =>
  events.map((event, index) => ({
    ...event,
    eventId: String(index),
    tenantId: 't',
    streamId: 's',
    streamVersion: index + 1,
    recordedAt: new Date(0),
    meta: {} as StoredEvent['meta'],
  }));
const example = (definition: EventDefinition, change: object = {}) => ({
  type: definition.type,
  version: definition.version,
  data: { ...(definition.example as StoredEvent['data']), ...change },
});

describe('a server', () => {
  const enrolled = example(ServerEnrolled);
  const fingerprint = ServerEnrolled.example.fingerprint;

  it('given it enrolled, when the shown fingerprint is confirmed, then it is confirmed', () => {
    const events = confirmFingerprint(evolveServer(stored([enrolled])), fingerprint);
    expect(events.map((event) => event.type)).toEqual([FingerprintConfirmed.type]);
  });

  it('given it enrolled, when another fingerprint is confirmed, then that is refused', () => {
    expect(() => confirmFingerprint(evolveServer(stored([enrolled])), 'f'.repeat(64))).toThrow(/not the fingerprint/);
  });

  it('given it is not confirmed, when bans should be managed, then that is refused', () => {
    expect(() => setCapability(evolveServer(stored([enrolled])), 'bans', 'managed', null)).toThrow(/Confirm/);
  });

  it('given it is confirmed, when bans should be managed, then it is; but not where the host forbids it', () => {
    const state = evolveServer(stored([enrolled, example(FingerprintConfirmed, { fingerprint })]));
    expect(setCapability(state, 'bans', 'managed', null)[0]?.type).toBe(CapabilitySet.type);
    expect(() => setCapability(state, 'bans', 'managed', '/etc/muster/policy.json forbids it')).toThrow(/policy.json/);
  });

  it('given it observes only, when anything should be managed, then that is refused', () => {
    const state = evolveServer(stored([example(ServerEnrolled, { observeOnly: true }), example(FingerprintConfirmed)]));
    expect(() => setCapability(state, 'bans', 'managed', null)).toThrow(/root helper/);
  });

  describe('asked for a new key', () => {
    const rotationId = KeyRotationAsked.example.rotationId;
    const ask = (events: Parameters<typeof stored>[0], fixed: string | null = null) =>
      askForKeyRotation(evolveServer(stored(events)), rotationId, 'Routine', fixed);
    const asked = example(KeyRotationAsked);

    it('given it can make one, then it is asked, once until it has answered', () => {
      expect(ask([enrolled]).map((event) => event.type)).toEqual([KeyRotationAsked.type]);
      expect(() => ask([enrolled, asked])).toThrow(/asked already/);
      const rotated = example(KeyRotated, { fingerprint: 'e'.repeat(64) });
      expect(ask([enrolled, asked, rotated])).toHaveLength(1);
      expect(evolveServer(stored([enrolled, asked, rotated]))).toMatchObject({ fingerprint: 'e'.repeat(64) });
    });

    it('given it is retired, quarantined, or runs an older agent, then that is refused', () => {
      expect(() => ask([enrolled, example(ServerRetired)])).toThrow(/was retired/);
      expect(() => ask([enrolled, example(IdentityConflictFound)])).toThrow(/Two machines use the identity/);
      expect(() => ask([enrolled], 'Update the agent first')).toThrow(/Update the agent first/);
    });
  });
});

describe('a group', () => {
  it('given members, when others are set, then only the difference is recorded', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((digit) => `0190b5e2-7a10-7000-8000-00000000000${digit}`) as [
      string,
      string,
      string,
    ];
    const state = evolveGroup(stored(createGroup('0190b5e2-7a10-7000-8000-00000000b003', 'Web', [a, b])));
    const [event] = setMembers(state, [b, c]);
    expect(event?.type).toBe(GroupMembersSet.type);
    expect(event?.data).toMatchObject({ added: [c], removed: [a] });
    expect(() => setMembers(state, [a, b])).toThrow(/exactly these/);
  });
});
