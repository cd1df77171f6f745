// What is never blocked, whoever asks, and the sentences that say so. Pure.
import { WIDEST_BLOCK } from '@muster/contracts/bans';
import type { IpRange } from '@muster/kernel/ip-range';
import { Refusal } from '../../platform/errors/refusal.ts';
import { bounded, overlaps } from './range-index.ts';
import { inWords, servers } from './words.ts';

/** Ranges that no remote host can have (RFC 6890): a block there could only cut a server off from itself. */
const UNBLOCKABLE: readonly (readonly [range: string, what: string])[] = [
  ['127.0.0.0/8', 'loopback'],
  ['::1', 'loopback'],
  ['0.0.0.0/8', 'not the address of any host'],
  ['::', 'not the address of any host'],
  ['169.254.0.0/16', 'link-local'],
  ['fe80::/10', 'link-local'],
  ['224.0.0.0/4', 'multicast'],
  ['ff00::/8', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
];

type Doing = 'blocked' | 'protected';

const refuseRange = (code: string, sentence: string) =>
  new Refusal('invalid', code, sentence, { fields: [{ path: 'range', message: sentence }] });

export function refuseTooWide(range: IpRange, doing: Doing): void {
  const widest = WIDEST_BLOCK[range.family];
  if (range.prefix >= widest) return;
  const what = doing === 'blocked' ? 'a block' : 'an entry of the never-blocked list';
  throw refuseRange('too-wide', `${range.text} is too wide: ${what} reaches at most IPv${range.family} /${widest}`);
}

export function isUnblockable(range: string): boolean {
  return reservedFor(range) !== undefined;
}

export function refuseUnblockable(range: IpRange, doing: Doing): void {
  const what = reservedFor(range.text);
  if (what === undefined) return;
  const end = doing === 'blocked' ? 'It is never blocked' : 'It is never blocked anyway';
  throw refuseRange('unblockable', `${range.text} is ${what}. ${end}`);
}

function reservedFor(range: string): string | undefined {
  const one = bounded(range);
  return UNBLOCKABLE.find(([reserved]) => overlaps(bounded(reserved), one))?.[1];
}

export interface StandingProtection {
  readonly range: string;
  readonly label: string;
  readonly kind: 'own-server' | 'control-plane' | 'live-operator' | 'person';
  readonly ownerName: string | null;
  readonly until: Date | null;
}

/** Says who protects it and until when. */
export function refuseProtected(range: string, standing: readonly StandingProtection[]): void {
  const [first] = standing;
  if (!first) return;
  const more = standing.length > 1 ? `, and ${standing.length - 1} more` : '';
  throw new Refusal('conflict', 'protected', `${range} ${touches(range, first.range)} ${because(first)}${more}`, {
    fields: [{ path: 'range', message: 'is on the never-blocked list' }],
  });
}

/** For who may not know whose it is. */
export function refuseUnsaid(range: string): never {
  throw new Refusal('conflict', 'protected', `${range} is never blocked. Who may see the whole fleet can say why`, {
    fields: [{ path: 'range', message: 'is on the never-blocked list' }],
  });
}

/** Somebody is signed in from an address that cannot be read: what might cut them off is not done unseen. */
export function refuseHidden(range: string, unread: number): never {
  const who = unread === 1 ? 'somebody' : `one of ${unread} people`;
  throw new Refusal(
    'conflict',
    'operator-unread',
    `${range} may hold the address of ${who} signed in right now, which cannot be read. It is written down anew with their next request, or when they sign in again`,
    { fields: [{ path: 'range', message: 'may hold the address of a signed-in operator' }] },
  );
}

function touches(range: string, listed: string): string {
  return range === listed ? 'is never blocked:' : `touches ${listed}, which is never blocked:`;
}

function because({ kind, label, ownerName, until }: StandingProtection): string {
  switch (kind) {
    case 'own-server':
      return `it belongs to ${label}, one of your servers`;
    case 'control-plane':
      return 'it is the address of this control plane';
    case 'live-operator':
      return 'somebody is signed in from there right now';
    case 'person': {
      const end = until ? ` until ${inWords(until)}` : '';
      return `${label}, on the never-blocked list by ${ownerName ?? 'its owner'}${end}`;
    }
  }
}

export interface Reach {
  readonly targetName: string;
  readonly kind: 'fleet' | 'group' | 'server';
  readonly servers: number;
  readonly managed: number;
}

/** A block that no server would take is refused rather than recorded and forgotten. */
export function refuseOutOfReach({ targetName, kind, servers: count, managed }: Reach): void {
  const refuse = (code: string, sentence: string) =>
    new Refusal('conflict', code, sentence, { fields: [{ path: 'target', message: sentence }] });
  if (count === 0 && kind === 'group') {
    throw refuse('no-servers', `The group ${targetName} has no servers. Assign some to it first`);
  }
  if (count === 0) throw refuse('no-servers', 'No server is enrolled and confirmed yet');
  if (managed > 0) return;
  const all = count === 1 ? 'the 1 server' : `all ${servers(count)}`;
  const where = kind === 'server' ? targetName : `${all} of ${targetName}`;
  throw refuse(
    'only-observed',
    `Nothing would be blocked: bans are only observed on ${where}. Set the capability bans to managed first`,
  );
}
