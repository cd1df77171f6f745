// One service account: what a program acts as. It answers to a person, and somebody looks at it before its review date.
// Pure: state and wishes in; events out.
import {
  ServiceAccountCreated,
  ServiceAccountFlagged,
  ServiceAccountRetired,
  ServiceAccountReviewed,
} from '@muster/contracts/access';
import type { z } from 'zod';
import { eventOf } from '../../../platform/cqrs/event-of.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import type { NewEvent, StoredEvent } from '../../../platform/event-store/index.ts';

type Fields = z.output<typeof ServiceAccountCreated.schema>;
type Flag = z.output<typeof ServiceAccountFlagged.schema>['why'];

export type ServiceAccountState =
  | { readonly state: 'none' | 'retired'; readonly version: number }
  | { readonly state: 'active'; readonly version: number; readonly fields: Fields; readonly flags: ReadonlySet<Flag> };

/** Names in small letters: two programs of one name could not be told apart in the audit trail. */
export const SERVICE_ACCOUNT_NAME = 'access.service-account-name';
export const serviceAccountStream = (accountId: string) => `service-account-${accountId}`;

export const serviceAccountFrom = (events: readonly StoredEvent[]): ServiceAccountState =>
  events.reduce<ServiceAccountState>(evolve, { state: 'none', version: 0 });

function evolve(state: ServiceAccountState, { type, data, streamVersion: version }: StoredEvent): ServiceAccountState {
  if (type === ServiceAccountCreated.type || type === ServiceAccountReviewed.type) {
    const fields = ServiceAccountCreated.schema.parse(data);
    return { state: 'active', version, fields, flags: new Set() };
  }
  if (type === ServiceAccountRetired.type) return { state: 'retired', version };
  if (type === ServiceAccountFlagged.type) {
    // Its review came due in the very moment in which it was retired.
    if (state.state !== 'active') return { ...state, version };
    const { why } = ServiceAccountFlagged.schema.parse(data);
    return { ...state, version, flags: new Set([...state.flags, why]) };
  }
  throw new Error(`a service account that is ${state.state} has no event ${type}`);
}

export interface ServiceAccountWish {
  readonly name: string;
  readonly purpose: string;
  readonly ownerId: string;
  readonly reviewInDays: number;
}

const DAY_MS = 86_400_000;

function fieldsOf(accountId: string, { reviewInDays, ...wish }: ServiceAccountWish, now: Date): Fields {
  const { name, purpose, ownerId } = wish;
  return { accountId, name, purpose, ownerId, reviewBy: new Date(now.getTime() + reviewInDays * DAY_MS).toISOString() };
}

export const create = (accountId: string, wish: ServiceAccountWish, now: Date): NewEvent[] => [
  eventOf(ServiceAccountCreated, fieldsOf(accountId, wish, now)),
];

/** Ends every flag: somebody has looked. */
export function review(
  state: ServiceAccountState,
  accountId: string,
  wish: ServiceAccountWish,
  now: Date,
): { events: NewEvent[]; formerName: string } {
  if (state.state !== 'active') throw notFound('service account');
  return { events: [eventOf(ServiceAccountReviewed, fieldsOf(accountId, wish, now))], formerName: state.fields.name };
}

/** Empty when it is known already, or nobody acts as it any more. */
export function flag(state: ServiceAccountState, why: Flag): NewEvent[] {
  if (state.state !== 'active' || state.flags.has(why)) return [];
  return [eventOf(ServiceAccountFlagged, { accountId: state.fields.accountId, why })];
}

export function retire(state: ServiceAccountState, reason: string): { events: NewEvent[]; name: string } {
  if (state.state !== 'active') throw notFound('service account');
  const { accountId, name } = state.fields;
  return { events: [eventOf(ServiceAccountRetired, { accountId, reason })], name };
}
