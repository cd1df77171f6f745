// The grants of one holder. Pure: what is held, who gives, and the clock come in; events go out.
import { builtInRoles, isBuiltInRole } from '@muster/contracts';
import { GrantEnded, GrantEndingSoon, GrantGiven, scopeKey, type GrantScope } from '@muster/contracts/access';
import type { z } from 'zod';
import { eventOf } from '../../../platform/cqrs/event-of.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import type { NewEvent, StoredEvent } from '../../../platform/event-store/index.ts';

type Given = z.output<typeof GrantGiven.schema>;

export interface GrantsState {
  readonly version: number;
  /** Not ended by an event; one whose time is up counts no more all the same. */
  readonly open: ReadonlyMap<string, Given>;
}

export const grantsStream = (holderId: string) => `grants-${holderId}`;

export function grantsFrom(events: readonly StoredEvent[]): GrantsState {
  const open = new Map<string, Given>();
  for (const event of events) {
    if (event.type === GrantGiven.type) {
      const given = GrantGiven.schema.parse(event.data);
      open.set(given.grantId, given);
    } else if (event.type === GrantEnded.type) {
      open.delete(GrantEnded.schema.parse(event.data).grantId);
    } else if (event.type !== GrantEndingSoon.type) {
      throw new Error(`grants have no event ${event.type}`);
    }
  }
  return { version: events.at(-1)?.streamVersion ?? 0, open };
}

export interface Wish {
  readonly grantId: string;
  readonly holderId: string;
  readonly role: string;
  readonly scope: GrantScope;
  readonly from: Date;
  readonly until: Date | null;
  readonly reason: string;
}

export interface Giver {
  readonly actor: string;
  /** What the giver holds where the grant will count. */
  readonly holds: ReadonlySet<string>;
}

/** Nobody grants to themselves, nor more than they have. */
export function give(
  state: GrantsState,
  wish: Wish,
  permissions: ReadonlySet<string>,
  giver: Giver,
  now: Date,
): NewEvent[] {
  if (wish.holderId === giver.actor) {
    throw new Refusal('forbidden', 'own-grant', 'Nobody grants to themselves. Ask another owner');
  }
  refuseUnfit(wish, now);
  const beyond = [...permissions].filter((permission) => !giver.holds.has(permission));
  if (beyond.length > 0) {
    const more = beyond.length > 1 ? ` and ${beyond.length - 1} more` : '';
    throw new Refusal(
      'forbidden',
      'more-than-own',
      `The role holds ${beyond[0] ?? ''}${more}, which you do not have there. Nobody grants more than he has`,
    );
  }
  const key = scopeKey(wish.scope);
  for (const held of state.open.values()) {
    const over = held.until !== null && new Date(held.until) <= now;
    if (over || held.role !== wish.role || scopeKey(held.scope) !== key) continue;
    throw new Refusal('conflict', 'unchanged', 'That role is granted there already. End that grant first');
  }
  return [
    eventOf(GrantGiven, {
      grantId: wish.grantId,
      holderId: wish.holderId,
      role: wish.role,
      scope: wish.scope,
      from: wish.from.toISOString(),
      until: wish.until?.toISOString() ?? null,
      reason: wish.reason,
    }),
  ];
}

function refuseUnfit({ role, scope, from, until }: Wish, now: Date): void {
  const field = (path: string, message: string) =>
    new Refusal('invalid', 'invalid', `${path}: ${message}`, { fields: [{ path, message }] });
  if (until !== null && (until <= now || until <= from)) throw field('until', 'lies before its beginning');
  if (!isBuiltInRole(role)) return;
  const definition = builtInRoles.find((known) => known.role === role);
  if (definition?.mustEnd && until === null) {
    throw field('until', `A ${definition.title.toLowerCase()}’s grant must have an end. Give one`);
  }
  if (definition && !definition.scopes.includes(scope.kind)) {
    throw field('scope', `${definition.title} is granted on ${definition.scopes.join(' or ')} only`);
  }
}

export type Why = 'revoked' | 'reviewed' | 'offboarded';

export function end(state: GrantsState, grantId: string, why: Why, reason: string): NewEvent[] {
  const given = state.open.get(grantId);
  if (!given) throw notFound('grant');
  return [eventOf(GrantEnded, { grantId, holderId: given.holderId, why, reason })];
}

/** Empty when it has ended already, or has been given a later end. */
export function expire(state: GrantsState, grantId: string, now: Date): NewEvent[] {
  const given = state.open.get(grantId);
  if (!given?.until || new Date(given.until) > now) return [];
  return [eventOf(GrantEnded, { grantId, holderId: given.holderId, why: 'expired', reason: 'Its end had come' })];
}
