// API tokens, and the service accounts that programs act as.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { accepted, ipRangeText, pageSize, reason, timestamp, uuid } from '../values.ts';
import {
  holderKind,
  serviceAccountFlag,
  serviceAccountName,
  tokenEnd,
  tokenMay,
  tokenName,
  tokenPolicy,
} from './token-events.ts';
import { grantScope } from './scope.ts';
import { roleRef } from './grant-events.ts';
import { roleView } from './grants.ts';

export * from './token-events.ts';

/**
 * How a token looks, for secret scanners: `muster_`, 40 letters and digits, and 6 more that are their CRC-32, so that a
 * scanner knows a real one without asking anybody.
 */
export const TOKEN_PATTERN = /^muster_[0-9A-Za-z]{46}$/;

const networks = z
  .array(ipRangeText)
  .max(50, 'A token has at most 50 networks')
  .transform((ranges) => [...new Set(ranges)]);
const tokenWish = {
  name: tokenName,
  /** Never more than what the maker holds there. */
  may: tokenMay,
  /** Addresses and ranges it may be used from; none means anywhere, where the policy lets it. */
  networks: networks.default([]),
  /** Life in days; the policy says how many at most. */
  days: z.coerce.number().int().min(1, 'A token lives at least a day').max(731),
};
const tokenAnswer = accepted.extend({ tokenId: uuid, token: z.string().nullable(), expiresAt: timestamp });

export const tokenView = z.strictObject({
  tokenId: uuid,
  name: z.string(),
  holder: z.strictObject({ id: uuid, kind: holderKind, name: z.string().nullable() }),
  may: z.array(
    z.strictObject({
      role: roleRef,
      roleTitle: z.string(),
      scope: grantScope,
      scopeName: z.string(),
    }),
  ),
  networks: z.array(z.string()),
  madeBy: z.strictObject({ id: z.string(), name: z.string().nullable() }),
  madeAt: timestamp,
  expiresAt: timestamp,
  /** Accurate to some minutes; null means never. */
  usedAt: timestamp.nullable(),
  /** From where it was used last. */
  usedFrom: z.string().nullable(),
  /** When it was refused last: used after its end, or from a wrong address. */
  refusedAt: timestamp.nullable(),
  state: z.enum(['in-force', 'ended']),
  endedAt: timestamp.nullable(),
  endedWhy: tokenEnd.nullable(),
});
export type TokenView = z.infer<typeof tokenView>;

export const serviceAccountView = z.strictObject({
  accountId: uuid,
  name: z.string(),
  purpose: z.string(),
  owner: z.strictObject({ id: uuid, name: z.string().nullable() }),
  createdAt: timestamp,
  reviewBy: timestamp,
  reviewedAt: timestamp,
  flags: z.array(serviceAccountFlag),
  /** In force. */
  grants: z.int().nonnegative(),
  tokens: z.int().nonnegative(),
  lastUsedAt: timestamp.nullable(),
  retiredAt: timestamp.nullable(),
});
export type ServiceAccountView = z.infer<typeof serviceAccountView>;

/** What a token can be made for. */
export const tokenRole = roleView.pick({ role: true, title: true, sentence: true, permissions: true });
export type TokenRole = z.infer<typeof tokenRole>;

export const ListOwnTokens = query('access.ListOwnTokens', {
  risk: 'low',
  on: 'self',
  roles: [],
  sentence: 'List one’s own API tokens',
  input: z.strictObject({}),
  output: z.strictObject({
    tokens: z.array(tokenView),
    policy: tokenPolicy,
    /** Those that a new one could have somewhere. */
    roles: z.array(tokenRole),
  }),
});
/** For programs: who am I, and what may I? */
export const GetUsedToken = query('access.GetUsedToken', {
  risk: 'low',
  on: 'self',
  roles: [],
  sentence: 'Read what the API token that asks may do, and until when',
  tokens: true,
  input: z.strictObject({}),
  output: z.strictObject({
    tokenId: uuid,
    name: z.string(),
    holder: z.strictObject({ id: uuid, kind: holderKind }),
    expiresAt: timestamp,
    networks: z.array(z.string()),
    /** What it may at this moment: its roles, as far as its holder still has them. */
    permissions: z.array(z.strictObject({ permission: z.string(), scopes: z.array(z.string()) })),
  }),
});
export const ListTokens = query('access.ListTokens', {
  risk: 'medium',
  on: 'fleet',
  roles: ['security'],
  sentence: 'List everybody’s API tokens: what they may, from where, and when they were used',
  input: z.strictObject({
    holder: uuid.optional(),
    /** Ended ones too. */
    ended: z.stringbool().default(false),
    after: z.string().max(200).optional(),
    limit: pageSize,
  }),
  output: z.strictObject({
    tokens: z.array(tokenView),
    next: z.string().nullable(),
    /** Of all of them, not of this page. */
    inForce: z.strictObject({ tokens: z.int().nonnegative(), unused: z.int().nonnegative() }),
  }),
});
export const ListServiceAccounts = query('access.ListServiceAccounts', {
  risk: 'medium',
  on: 'fleet',
  roles: ['security'],
  sentence: 'List service accounts: who answers for them, and which need a look',
  input: z.strictObject({ retired: z.stringbool().default(false) }),
  output: z.strictObject({ accounts: z.array(serviceAccountView) }),
});
export const GetTokenPolicy = query('access.GetTokenPolicy', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'backup'],
  sentence: 'Read how long API tokens live, and whether they are bound to networks',
  input: z.strictObject({}),
  output: tokenPolicy,
});

export const MakeToken = command('access.MakeToken', {
  risk: 'critical',
  on: 'visible',
  roles: ['operator', 'security', 'backup'],
  sentence: 'Make an API token that acts in one’s own name, with a part of one’s own rights',
  shownOnce: { token: null },
  input: z.strictObject(tokenWish),
  output: tokenAnswer,
});
export const RevokeToken = command('access.RevokeToken', {
  risk: 'low',
  on: 'self',
  roles: [],
  sentence: 'End one of one’s own API tokens at once, on open connections too',
  input: z.strictObject({ tokenId: uuid }),
  output: accepted,
});
export const RevokeAnyToken = command('access.RevokeAnyToken', {
  risk: 'high',
  on: 'fleet',
  roles: ['security'],
  sentence: 'End anybody’s API token at once, on open connections too',
  input: z.strictObject({ tokenId: uuid, reason }),
  output: accepted,
});
export const SetTokenPolicy = command('access.SetTokenPolicy', {
  risk: 'critical',
  on: 'fleet',
  roles: [],
  sentence: 'Say how long API tokens live at most, and whether they must be bound to networks',
  input: tokenPolicy,
  output: accepted,
});

const accountWish = {
  name: serviceAccountName,
  purpose: reason,
  ownerId: uuid,
  /** In so many days somebody looks at it again. */
  reviewInDays: z.coerce.number().int().min(1).max(366, 'A service account is looked at once a year at least'),
};
export const CreateServiceAccount = command('access.CreateServiceAccount', {
  risk: 'critical',
  on: 'fleet',
  roles: [],
  sentence: 'Make a service account; it may nothing until it is granted something',
  input: z.strictObject(accountWish),
  output: accepted.extend({ accountId: uuid }),
});
export const ReviewServiceAccount = command('access.ReviewServiceAccount', {
  risk: 'high',
  on: 'fleet',
  roles: [],
  sentence: 'Say who answers for a service account, what for, and when it is looked at again',
  input: z.strictObject({ accountId: uuid, ...accountWish }),
  output: accepted,
});
export const RetireServiceAccount = command('access.RetireServiceAccount', {
  risk: 'high',
  on: 'fleet',
  roles: ['security'],
  sentence: 'Retire a service account: its tokens and grants end at once',
  input: z.strictObject({ accountId: uuid, reason }),
  output: accepted.extend({ tokens: z.int().nonnegative(), grants: z.int().nonnegative() }),
});
export const MakeServiceToken = command('access.MakeServiceToken', {
  risk: 'critical',
  on: 'fleet',
  roles: [],
  sentence: 'Make an API token for a service account, with a part of its rights and never more than one’s own',
  shownOnce: { token: null },
  input: z.strictObject({ accountId: uuid, ...tokenWish }),
  output: tokenAnswer,
});

export const tokenCommands = [
  MakeToken,
  RevokeToken,
  RevokeAnyToken,
  SetTokenPolicy,
  CreateServiceAccount,
  ReviewServiceAccount,
  RetireServiceAccount,
  MakeServiceToken,
] as const;
export const tokenQueries = [ListOwnTokens, GetUsedToken, ListTokens, ListServiceAccounts, GetTokenPolicy] as const;
