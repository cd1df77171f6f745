// A range on a target: given what happened, when somebody asks, then these events or this sentence.
import type { Target } from '@muster/contracts';
import { newId } from '@muster/kernel/ids';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../platform/errors/refusal.ts';
import type { NewEvent } from '../../platform/event-store/index.ts';
import {
  block,
  blockStream,
  evolve,
  expire,
  lift,
  neverBlocked,
  type BlockFact,
  type BlockState,
} from './block.aggregate.ts';

const NOW = new Date('2026-11-20T02:47:03.000Z');
const inHours = (hours: number) => new Date(NOW.getTime() + hours * 3600_000);
const FLEET: Target = { kind: 'fleet' };
const range = '203.0.113.77';
const operationId = newId();

function blocked(until: Date | null, blockId = newId()): BlockFact {
  const data = { blockId, range, target: FLEET, until: until?.toISOString() ?? null, reason: 'guessing', operationId };
  return { type: 'bans.AddressBlocked', data };
}
const given = (...facts: BlockFact[]): BlockState => facts.reduce(evolve, neverBlocked);
const wish = (until: Date | null) => ({
  blockId: newId(),
  operationId: newId(),
  range,
  target: FLEET,
  targetName: 'the fleet',
  until,
  reason: 'again',
});
const types = (events: NewEvent[]) => events.map((event) => event.type);
function refusalOf(ask: () => unknown): Refusal {
  try {
    ask();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('blocking', () => {
  it('an address that nobody blocked is recorded with its end', () => {
    const [event] = block(given(), wish(inHours(1)), NOW);
    expect(event).toMatchObject({ type: 'bans.AddressBlocked', data: { range, until: inHours(1).toISOString() } });
  });
  it('for no longer than it is blocked already is refused, with the end that stands', () => {
    const refusal = refusalOf(() => block(given(blocked(inHours(2))), wish(inHours(1)), NOW));
    expect(refusal.message).toBe('203.0.113.77 is already blocked on the fleet, until 2026-11-20 04:47 UTC');
    expect(refusal.code).toBe('already-blocked');
  });
  it('again a few seconds later, for as many seconds, is refused: it is the same block', () => {
    const standing = given(blocked(inHours(1)));
    const seconds = (count: number) => wish(new Date(inHours(1).getTime() + count * 1000));
    expect(refusalOf(() => block(standing, seconds(20), NOW)).code).toBe('already-blocked');
    expect(block(standing, seconds(90), NOW)).toHaveLength(1);
  });
  it('what is blocked without an end is refused for any time', () => {
    const standing = given(blocked(null));
    for (const until of [null, inHours(9000)]) {
      expect(refusalOf(() => block(standing, wish(until), NOW)).message).toMatch(/without an end$/);
    }
  });
  it('for longer than it stands is recorded', () => {
    expect(types(block(given(blocked(inHours(1))), wish(inHours(2)), NOW))).toEqual(['bans.AddressBlocked']);
    expect(types(block(given(blocked(inHours(1))), wish(null), NOW))).toEqual(['bans.AddressBlocked']);
  });
  it('again after it was lifted, or after its time, is recorded', () => {
    const blockId = newId();
    const lifted: BlockFact = { type: 'bans.BlockLifted', data: { blockId, range, reason: 'over', operationId } };
    expect(block(given(blocked(null, blockId), lifted), wish(inHours(1)), NOW)).toHaveLength(1);
    expect(block(given(blocked(inHours(-1))), wish(inHours(1)), NOW)).toHaveLength(1);
  });
  it('meets the same range on the same target in one stream, and no other', () => {
    const tenant = newId();
    const groupId = newId();
    const streams = [
      blockStream(tenant, FLEET, range),
      blockStream(tenant, { kind: 'group', groupId }, range),
      blockStream(tenant, { kind: 'server', serverId: groupId }, range),
      blockStream(tenant, FLEET, '203.0.113.78'),
      blockStream(newId(), FLEET, range),
    ];
    expect(new Set(streams).size).toBe(streams.length);
    expect(blockStream(tenant, { kind: 'fleet' }, range)).toBe(streams[0]);
  });
});

describe('lifting', () => {
  const blockId = newId();
  const ask = { blockId, reason: 'Customer’s own monitoring', operationId };
  it('a block in force is recorded', () => {
    expect(types(lift(given(blocked(null, blockId)), ask, NOW))).toEqual(['bans.BlockLifted']);
  });
  it('twice, or after its time, or what never was, is refused in words', () => {
    const lifted: BlockFact = { type: 'bans.BlockLifted', data: { ...ask, range } };
    const sentences = [given(blocked(null, blockId), lifted), given(blocked(inHours(-1), blockId)), given()].map(
      (state) => refusalOf(() => lift(state, ask, NOW)).message,
    );
    expect(sentences).toEqual([
      'The block of 203.0.113.77 was lifted already',
      'The block of 203.0.113.77 has ended by itself already',
      'There is no block with that id',
    ]);
  });
});

describe('on a client’s behalf', () => {
  const [clientId, other, blockId] = [newId(), newId(), newId()];
  const made = given(blocked(inHours(1), blockId), {
    type: 'bans.BlockedForClient',
    data: { clientId, blockId, range, until: inHours(1).toISOString() },
  });
  const ask = { blockId, reason: 'their own words', operationId };
  const told = (events: NewEvent[]) => events.flatMap(({ data }) => data['clientId'] ?? []);
  it('a block is told the client in an event of its own, which says neither why nor where', () => {
    const [, event, ...more] = block(given(), { ...wish(inHours(1)), onBehalfOf: clientId }, NOW);
    expect(event).toMatchObject({ type: 'bans.BlockedForClient', data: { clientId, range } });
    expect(Object.keys(event?.data ?? {}).sort()).toEqual(['blockId', 'clientId', 'range', 'until']);
    expect(more).toEqual([]);
  });
  it('its end is told whom it was made for, and who asked for it, each in an event of their own', () => {
    expect(told(lift(made, ask, NOW))).toEqual([clientId]);
    expect(told(lift(made, { ...ask, onBehalfOf: clientId }, NOW))).toEqual([clientId]);
    expect(told(lift(made, { ...ask, onBehalfOf: other }, NOW))).toEqual([clientId, other]);
    expect(told(lift(given(blocked(null, blockId)), ask, NOW))).toEqual([]);
  });
});

describe('the end of a block', () => {
  const blockId = newId();
  it('is recorded once its time is up, and only then', () => {
    const state = given(blocked(inHours(1), blockId));
    expect(expire(state, blockId, NOW)).toEqual([]);
    expect(types(expire(state, blockId, inHours(1)))).toEqual(['bans.BlockExpired']);
  });
  it('is not recorded twice, nor for what was lifted or has no end', () => {
    const expired: BlockFact = { type: 'bans.BlockExpired', data: { blockId, range } };
    expect(expire(given(blocked(inHours(1), blockId), expired), blockId, inHours(2))).toEqual([]);
    expect(expire(given(blocked(null, blockId)), blockId, inHours(9000))).toEqual([]);
  });
});
