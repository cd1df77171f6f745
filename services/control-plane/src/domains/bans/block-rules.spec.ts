// Refusals say what is wrong, who protects it and until when, and what to do.
import { ipRange } from '@muster/kernel/ip-range';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../platform/errors/refusal.ts';
import {
  refuseHidden,
  refuseOutOfReach,
  refuseProtected,
  refuseTooWide,
  refuseUnblockable,
  type StandingProtection,
} from './block-rules.ts';

function sentence(ask: () => unknown): string | null {
  try {
    ask();
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

describe('a range', () => {
  it.each([
    ['0.0.0.0/0', '0.0.0.0/0 is too wide: a block reaches at most IPv4 /16'],
    ['10.0.0.0/15', '10.0.0.0/15 is too wide: a block reaches at most IPv4 /16'],
    ['10.0.0.0/16', null],
    ['2001:db8::/31', '2001:db8::/31 is too wide: a block reaches at most IPv6 /32'],
    ['2001:db8::/32', null],
  ])('%s', (text, expected) => {
    expect(sentence(() => refuseTooWide(ipRange(text), 'blocked'))).toBe(expected);
  });
  it.each([
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['0.0.0.0', 'not the address of any host'],
    ['::', 'not the address of any host'],
    ['169.254.7.0/24', 'link-local'],
    ['fe80::1', 'link-local'],
    ['224.0.0.251', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'reserved'],
  ])('%s is never blocked: %s', (text, what) => {
    expect(sentence(() => refuseUnblockable(ipRange(text), 'blocked'))).toBe(`${text} is ${what}. It is never blocked`);
  });
  it('of a private network may be blocked: the fleet has some', () => {
    expect(sentence(() => refuseUnblockable(ipRange('10.200.0.2'), 'blocked'))).toBeNull();
  });
});

describe('a range on the never-blocked list', () => {
  const entry: StandingProtection = {
    range: '203.0.113.32/28',
    label: 'Payment callbacks',
    kind: 'person',
    ownerName: 'Ingrid Kestrel',
    until: new Date('2027-02-28T00:00:00Z'),
  };
  it('names who protects it and until when', () => {
    expect(sentence(() => refuseProtected('203.0.113.40', [entry]))).toBe(
      '203.0.113.40 touches 203.0.113.32/28, which is never blocked: Payment callbacks, on the never-blocked list by Ingrid Kestrel until 2027-02-28 00:00 UTC',
    );
  });
  it('names the server, the control plane, or that somebody is signed in from there', () => {
    const system = { range: '192.0.2.1', ownerName: null, until: null, label: 'fra-web-01' };
    const said = (['own-server', 'control-plane', 'live-operator'] as const).map((kind) =>
      sentence(() => refuseProtected('192.0.2.1', [{ ...system, kind }, entry])),
    );
    expect(said).toEqual([
      '192.0.2.1 is never blocked: it belongs to fra-web-01, one of your servers, and 1 more',
      '192.0.2.1 is never blocked: it is the address of this control plane, and 1 more',
      '192.0.2.1 is never blocked: somebody is signed in from there right now, and 1 more',
    ]);
  });
});

describe('an operator whose address cannot be read', () => {
  it.each([
    [1, 'somebody'],
    [3, 'one of 3 people'],
  ])('of %i', (unread, who) => {
    expect(sentence(() => refuseHidden('203.0.113.0/24', unread))).toBe(
      `203.0.113.0/24 may hold the address of ${who} signed in right now, which cannot be read. It is written down anew with their next request, or when they sign in again`,
    );
  });
});

describe('a target', () => {
  it.each([
    ['group', 'Frankfurt', 0, 0, 'The group Frankfurt has no servers. Assign some to it first'],
    ['fleet', 'the fleet', 0, 0, 'No server is enrolled and confirmed yet'],
    [
      'fleet',
      'the fleet',
      5,
      0,
      'Nothing would be blocked: bans are only observed on all 5 servers of the fleet. Set the capability bans to managed first',
    ],
    [
      'group',
      'Frankfurt',
      1,
      0,
      'Nothing would be blocked: bans are only observed on the 1 server of Frankfurt. Set the capability bans to managed first',
    ],
    [
      'server',
      'web-1',
      1,
      0,
      'Nothing would be blocked: bans are only observed on web-1. Set the capability bans to managed first',
    ],
    ['fleet', 'the fleet', 5, 1, null],
  ] as const)('%s %s with %i servers, %i managed', (kind, targetName, servers, managed, expected) => {
    expect(sentence(() => refuseOutOfReach({ kind, targetName, servers, managed }))).toBe(expected);
  });
});
