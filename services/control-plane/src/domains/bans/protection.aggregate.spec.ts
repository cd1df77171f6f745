// An entry of the never-blocked list: people's have an owner and an end, the system's come and go with their cause.
import { newId } from '@muster/kernel/ids';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../platform/errors/refusal.ts';
import type { NewEvent } from '../../platform/event-store/index.ts';
import {
  drop,
  end,
  evolve,
  expire,
  keep,
  neverProtected,
  protect,
  type ProtectionFact,
  type ProtectionState,
} from './protection.aggregate.ts';

const NOW = new Date('2026-11-20T02:47:03.000Z');
const inDays = (days: number) => new Date(NOW.getTime() + days * 86_400_000);
const tenant = newId();
const operationId = newId();
const wish = (range: string, until = inDays(30)) => ({
  entryId: newId(),
  operationId,
  range,
  label: 'Payment callbacks',
  owner: newId(),
  reason: 'Lost orders',
  until,
});
const after = (state: ProtectionState, events: readonly NewEvent[]): ProtectionState =>
  // What was just decided is of the catalogue.
  events.reduce((now, { type, data }) => evolve(now, { type, data } as unknown as ProtectionFact), state);
function sentence(ask: () => unknown): string {
  try {
    ask();
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
  throw new Error('was not refused');
}

describe('a person’s entry', () => {
  it('has its owner and its end', () => {
    const wished = wish('203.0.113.32/28');
    expect(protect(wished, NOW)).toMatchObject([
      {
        type: 'bans.AddressProtected',
        data: { origin: 'person', owner: wished.owner, until: inDays(30).toISOString() },
      },
    ]);
  });
  it('is at most as wide as a block, in the future, and at most a year long', () => {
    expect(sentence(() => protect(wish('203.0.0.0/15'), NOW))).toBe(
      '203.0.0.0/15 is too wide: an entry of the never-blocked list reaches at most IPv4 /16',
    );
    expect(sentence(() => protect(wish('2001::/31'), NOW))).toMatch(/at most IPv6 \/32$/);
    expect(sentence(() => protect(wish('203.0.113.1', inDays(-1)), NOW))).toMatch(/over already/);
    expect(sentence(() => protect(wish('203.0.113.1', inDays(400)), NOW))).toMatch(/at most a year/);
    expect(sentence(() => protect(wish('127.0.0.1'), NOW))).toBe('127.0.0.1 is loopback. It is never blocked anyway');
  });
  it('ends when somebody ends it, once', () => {
    const standing = after(neverProtected, protect(wish('203.0.113.1'), NOW));
    const ended = end(standing, operationId);
    expect(ended).toMatchObject([{ type: 'bans.ProtectionEnded', data: { why: 'ended-by-person' } }]);
    expect(sentence(() => end(after(standing, ended), operationId))).toBe(
      'The entry for 203.0.113.1 has ended already',
    );
    expect(sentence(() => end(neverProtected, operationId))).toBe('There is no entry with that id');
  });
  it('is ended by the system when its time is up, and not before', () => {
    const standing = after(neverProtected, protect(wish('203.0.113.1'), NOW));
    expect(expire(standing, operationId, inDays(29))).toEqual([]);
    const ended = expire(standing, operationId, inDays(30));
    expect(ended).toMatchObject([{ data: { why: 'expired' } }]);
    expect(expire(after(standing, ended), operationId, inDays(31))).toEqual([]);
  });
});

describe('an entry on a client’s behalf', () => {
  const [clientId, other] = [newId(), newId()];
  it('is said to the client without its label, its reason and its owner', () => {
    const wished = { ...wish('203.0.113.32/28'), onBehalfOf: clientId };
    const [made, said] = protect(wished, NOW);
    expect(made?.data).not.toHaveProperty('onBehalfOf');
    expect(said).toMatchObject({ type: 'bans.AddressProtectedForClient' });
    expect(said?.data).toEqual({
      clientId,
      entryId: wished.entryId,
      range: '203.0.113.32/28',
      until: inDays(30).toISOString(),
    });
  });
  it('tells its end to the client it was made for and to the one that asked, to each once', () => {
    const standing = after(neverProtected, protect({ ...wish('203.0.113.32/28'), onBehalfOf: clientId }, NOW));
    const told = (onBehalfOf?: string) => end(standing, operationId, onBehalfOf).map(({ data }) => data['clientId']);
    expect(told()).toEqual([undefined, clientId]);
    expect(told(clientId)).toEqual([undefined, clientId]);
    expect(told(other)).toEqual([undefined, clientId, other]);
  });
});

describe('a system entry', () => {
  const entry = { kind: 'own-server', range: '192.0.2.10', label: 'fra-web-01' } as const;
  const standing = after(neverProtected, keep(neverProtected, tenant, entry, operationId));

  it('is made once, never expires, and cannot be ended by a person', () => {
    expect(standing.entry).toMatchObject({ origin: 'system', until: null, owner: null });
    expect(keep(standing, tenant, entry, operationId)).toEqual([]);
    expect(expire(standing, operationId, inDays(10_000))).toEqual([]);
    expect(sentence(() => end(standing, operationId))).toBe(
      '192.0.2.10 (fra-web-01) is kept by Muster and cannot be ended',
    );
  });
  it('goes when it is no longer needed and may come back', () => {
    const gone = after(standing, drop(standing, operationId));
    expect(drop(gone, operationId)).toEqual([]);
    expect(keep(gone, tenant, entry, operationId)).toHaveLength(1);
  });
});
