// One API token. Pure: what its maker and its holder may, the policy and the clock come in; events go out.
import {
  scopeKey,
  TokenEnded,
  TokenIssued,
  TokenRefused,
  type TokenEnd,
  type TokenMay,
  type TokenPolicy,
} from '@muster/contracts/access';
import type { z } from 'zod';
import { eventOf } from '../../../platform/cqrs/event-of.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import type { NewEvent, StoredEvent } from '../../../platform/event-store/index.ts';

type Issued = z.output<typeof TokenIssued.schema>;

export type TokenState =
  | { readonly state: 'none' }
  | { readonly state: 'in-force'; readonly version: number; readonly issued: Issued }
  | { readonly state: 'ended'; readonly version: number; readonly issued: Issued };

export const tokenStream = (tokenId: string) => `token-${tokenId}`;

export const tokenFrom = (events: readonly StoredEvent[]): TokenState =>
  events.reduce<TokenState>(evolve, { state: 'none' });

function evolve(state: TokenState, { type, data, streamVersion: version }: StoredEvent): TokenState {
  if (type === TokenIssued.type) return { state: 'in-force', version, issued: TokenIssued.schema.parse(data) };
  if (state.state === 'none') throw new Error(`a token does not begin with ${type}`);
  if (type === TokenEnded.type) return { ...state, state: 'ended', version };
  if (type === TokenRefused.type) return { ...state, version };
  throw new Error(`a token has no event ${type}`);
}

export interface TokenWish {
  readonly tokenId: string;
  readonly holderId: string;
  readonly holderKind: Issued['holderKind'];
  readonly name: string;
  readonly may: TokenMay;
  readonly networks: readonly string[];
  readonly days: number;
}

/** What a role would hold on a scope that goes beyond what maker and holder have there; empty when nothing does. */
export type Beyond = (may: TokenMay[number]) => readonly string[];

const DAY_MS = 86_400_000;

export function issue(wish: TokenWish, policy: TokenPolicy, beyond: Beyond, now: Date): NewEvent[] {
  const most = wish.holderKind === 'person' ? policy.personDays : policy.serviceDays;
  if (wish.days > most) throw unfit('days', `A token lives ${most} days at most here`);
  if (policy.networksRequired && wish.networks.length === 0) {
    throw unfit('networks', 'Say from which addresses the token is used: it is good from no other');
  }
  const keys = wish.may.map(({ role, scope }) => `${role} ${scopeKey(scope)}`);
  if (new Set(keys).size < keys.length) throw unfit('may', 'The same role on the same scope stands there twice');
  for (const one of wish.may) {
    const [first, ...rest] = beyond(one);
    if (first === undefined) continue;
    const more = rest.length > 0 ? ` and ${rest.length} more` : '';
    throw new Refusal(
      'forbidden',
      'more-than-own',
      `That role holds ${first}${more}, which is not held there. A token never may more than its maker and its holder`,
    );
  }
  return [
    eventOf(TokenIssued, {
      tokenId: wish.tokenId,
      holderId: wish.holderId,
      holderKind: wish.holderKind,
      name: wish.name,
      may: wish.may,
      networks: [...wish.networks],
      expiresAt: new Date(now.getTime() + wish.days * DAY_MS).toISOString(),
    }),
  ];
}

export function end(state: TokenState, why: TokenEnd, reason: string): NewEvent[] {
  if (state.state !== 'in-force') throw notFound('token');
  const { tokenId, holderId } = state.issued;
  return [eventOf(TokenEnded, { tokenId, holderId, why, reason })];
}

/** Empty when it has ended already. */
export function expire(state: TokenState, now: Date): NewEvent[] {
  if (state.state !== 'in-force' || new Date(state.issued.expiresAt) > now) return [];
  return end(state, 'expired', 'Its end had come');
}

function unfit(path: string, message: string): Refusal {
  return new Refusal('invalid', 'invalid', `${path}: ${message}`, { fields: [{ path, message }] });
}
