// What happened to API tokens and service accounts. A token itself, or its hash, is in no event.
import { z } from 'zod';
import { event } from '../define.ts';
import { canonicalRange, reason, sealedText, timestamp, uuid } from '../values.ts';
import { roleRef } from './grant-events.ts';
import { grantScope } from './scope.ts';

const person = '0190b5e2-7a10-7000-8000-00000000a001';
const account = '0190b5e2-7a10-7000-8000-00000000a201';
const token = '0190b5e2-7a10-7000-8000-00000000a202';
const group = '0190b5e2-7a10-7000-8000-00000000a102';

/** What a token may: roles on scopes. It counts only as far as its holder's own grants do at that moment. */
export const tokenMay = z
  .array(z.strictObject({ role: roleRef, scope: grantScope }))
  .min(1, 'A token needs at least one role on a scope')
  .max(20, 'A token has at most 20 roles');
export type TokenMay = z.infer<typeof tokenMay>;
export const tokenName = z
  .string()
  .trim()
  .min(1, 'Say what the token is for')
  .max(60, 'A token’s name ends at 60 characters');
export const holderKind = z.enum(['person', 'service-account']);
export const tokenEnd = z.enum(['revoked', 'expired', 'offboarded', 'retired']);
export type TokenEnd = z.infer<typeof tokenEnd>;

export const TokenIssued = event('access.TokenIssued', {
  class: 'action',
  sentence: 'An API token was made',
  schema: z.strictObject({
    tokenId: uuid,
    /** The person or service account in whose name it acts. */
    holderId: uuid,
    holderKind,
    name: tokenName,
    may: tokenMay,
    /** Where it may be used from; empty means anywhere. */
    networks: z.array(canonicalRange).max(50),
    expiresAt: timestamp,
  }),
  example: {
    tokenId: token,
    holderId: account,
    holderKind: 'service-account',
    name: 'Blocks from the intrusion detection',
    may: [{ role: 'security', scope: { kind: 'group', groupId: group } }],
    networks: ['192.0.2.0/24'],
    expiresAt: '2027-02-18T09:00:00Z',
  },
});
export const TokenEnded = event('access.TokenEnded', {
  class: 'action',
  sentence: 'An API token ended: revoked, expired, its person left, or its service account was retired',
  schema: z.strictObject({ tokenId: uuid, holderId: uuid, why: tokenEnd, reason: z.string().max(500) }),
  example: { tokenId: token, holderId: account, why: 'revoked', reason: 'Found in a repository' },
});
export const TokenRefused = event('access.TokenRefused', {
  class: 'refusal',
  sentence: 'Somebody used an API token that has ended, or from an address it is not good from',
  schema: z.strictObject({
    tokenId: uuid,
    holderId: uuid,
    why: z.enum(['ended', 'expired', 'network']),
    source: sealedText,
  }),
  example: { tokenId: token, holderId: person, why: 'network', source: `sealed:1:${person}:AAAA` },
});

const policyFields = {
  personDays: z.int().min(1).max(366),
  serviceDays: z.int().min(1).max(731),
  networksRequired: z.boolean(),
};
/** The longest life of a token, and whether it must say from where it is used. */
export const tokenPolicy = z.strictObject(policyFields);
export type TokenPolicy = z.infer<typeof tokenPolicy>;
export const TokenPolicySet = event('access.TokenPolicySet', {
  class: 'action',
  sentence: 'It was said how long API tokens live, and whether they are bound to networks',
  schema: tokenPolicy,
  example: { personDays: 90, serviceDays: 365, networksRequired: true },
});

export const serviceAccountName = z
  .string()
  .trim()
  .min(1, 'A service account needs a name')
  .max(60, 'A service account’s name ends at 60 characters');
const accountFields = {
  accountId: uuid,
  name: serviceAccountName,
  purpose: reason,
  /** The person who answers for it. */
  ownerId: uuid,
  reviewBy: timestamp,
};
const accountExample = {
  accountId: account,
  name: 'intrusion detection',
  purpose: 'Blocks what the sensors of the web cluster report',
  ownerId: person,
  reviewBy: '2027-05-20T09:00:00Z',
};
export const ServiceAccountCreated = event('access.ServiceAccountCreated', {
  class: 'action',
  sentence: 'A service account was made: a program with grants of its own and a person who answers for it',
  schema: z.strictObject(accountFields),
  example: accountExample,
});
export const ServiceAccountReviewed = event('access.ServiceAccountReviewed', {
  class: 'action',
  sentence: 'A service account was looked through: who answers for it, what for, and until when',
  schema: z.strictObject(accountFields),
  example: { ...accountExample, reviewBy: '2027-11-20T09:00:00Z' },
});
export const serviceAccountFlag = z.enum(['owner-left', 'token-maker-left', 'review-due']);
export const ServiceAccountFlagged = event('access.ServiceAccountFlagged', {
  class: 'fact',
  sentence: 'A service account needs somebody: its owner or a maker of its tokens left, or its review is due',
  schema: z.strictObject({ accountId: uuid, why: serviceAccountFlag }),
  example: { accountId: account, why: 'owner-left' },
});
export const ServiceAccountRetired = event('access.ServiceAccountRetired', {
  class: 'action',
  sentence: 'A service account was retired: its tokens and grants ended at once',
  schema: z.strictObject({ accountId: uuid, reason }),
  example: { accountId: account, reason: 'The sensors report to the new system' },
});

export const tokenEvents = [
  TokenIssued,
  TokenEnded,
  TokenRefused,
  TokenPolicySet,
  ServiceAccountCreated,
  ServiceAccountReviewed,
  ServiceAccountFlagged,
  ServiceAccountRetired,
] as const;
