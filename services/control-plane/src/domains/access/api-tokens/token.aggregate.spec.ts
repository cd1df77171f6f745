import { TokenIssued, type TokenMay, type TokenPolicy } from '@muster/contracts/access';
import { newId } from '@muster/kernel/ids';
import { describe, expect, it } from 'vitest';
import type { NewEvent, StoredEvent } from '../../../platform/event-store/index.ts';
import { end, expire, issue, tokenFrom, type TokenWish } from './token.aggregate.ts';

const now = new Date('2026-11-21T09:00:00Z');
const policy: TokenPolicy = { personDays: 90, serviceDays: 365, networksRequired: false };
const fleet: TokenMay[number] = { role: 'auditor', scope: { kind: 'fleet' } };
const wish: TokenWish = {
  tokenId: newId(),
  holderId: newId(),
  holderKind: 'person',
  name: 'Nightly export',
  may: [fleet],
  networks: [],
  days: 30,
};
const nothingBeyond = () => [];

const stored = (events: readonly NewEvent[]): StoredEvent[] =>
  events.map(({ type, version, data }, index) => ({
    type,
    version,
    data,
    eventId: newId(),
    tenantId: newId(),
    streamId: 'token',
    streamVersion: index + 1,
    recordedAt: now,
    meta: { v: 1, actor: 'a', actorKind: 'person', software: 's', correlation: newId(), tenant: newId() },
  }));

describe('issue', () => {
  it('says what it may, from where, and when it ends', () => {
    const [event] = issue({ ...wish, networks: ['192.0.2.0/24'] }, policy, nothingBeyond, now);
    expect(TokenIssued.schema.parse(event?.data)).toMatchObject({
      may: [fleet],
      networks: ['192.0.2.0/24'],
      expiresAt: '2026-12-21T09:00:00.000Z',
    });
  });

  it.each([
    ['a person’s longer than the policy', { days: 91 }, policy, /90 days at most/],
    ['a program’s longer than the policy', { days: 366, holderKind: 'service-account' }, policy, /365 days at most/],
    ['without a network where one is required', {}, { ...policy, networksRequired: true }, /from which addresses/],
    ['with one role twice', { may: [fleet, fleet] }, policy, /twice/],
  ] as const)('refuses one %s', (_, change, under, sentence) => {
    expect(() =>
      issue({ ...wish, ...change, may: [...('may' in change ? change.may : wish.may)] }, under, nothingBeyond, now),
    ).toThrow(sentence);
  });

  it('refuses more than its maker has', () => {
    expect(() => issue(wish, policy, () => ['bans.address.block', 'bans.block.lift'], now)).toThrow(
      /bans\.address\.block and 1 more/,
    );
  });
});

describe('its end', () => {
  const issued = issue(wish, policy, nothingBeyond, now);
  const inForce = tokenFrom(stored(issued));

  it('comes once', () => {
    const ended = tokenFrom(stored([...issued, ...end(inForce, 'revoked', 'Found in a repository')]));
    expect(ended.state).toBe('ended');
    expect(() => end(ended, 'revoked', 'again')).toThrow(/no token/);
  });

  it('comes with its time, and not before', () => {
    expect(expire(inForce, new Date('2026-12-21T08:59:59Z'))).toEqual([]);
    expect(expire(inForce, new Date('2026-12-21T09:00:00Z'))).toMatchObject([{ data: { why: 'expired' } }]);
  });
});
