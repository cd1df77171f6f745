import { CapabilitySet, FingerprintConfirmed, GroupMembersSet, ServerEnrolled } from '@muster/contracts/servers';
import { describe, expect, it } from 'vitest';
import type { EventDefinition } from '@muster/contracts';
import type { StoredEvent } from '../../platform/event-store/index.ts';
import { createGroup, evolveGroup, setMembers } from './group.aggregate.ts';
import { confirmFingerprint, evolveServer, setCapability } from './server.aggregate.ts';

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
