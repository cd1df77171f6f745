// Who came in and how. Names, addresses and devices are sealed per person; ids are pseudonymous.
import { z } from 'zod';
import { event } from '../define.ts';
import { grantEvents } from './grant-events.ts';
import { networkEvents } from './network-events.ts';
import { tokenEvents } from './token-events.ts';
import { sealedText, timestamp, uuid } from '../values.ts';

const person = '0190b5e2-7a10-7000-8000-00000000a001';
const session = '0190b5e2-7a10-7000-8000-00000000a002';
const passkey = '0190b5e2-7a10-7000-8000-00000000a003';
const sealed = `sealed:1:${person}:AAAA`;

export const OwnerRegistered = event('access.OwnerRegistered', {
  class: 'action',
  sentence: 'The first owner was registered with the one-time link',
  schema: z.strictObject({ personId: uuid, name: sealedText, email: sealedText, timeZone: z.string().max(64) }),
  example: { personId: person, name: sealed, email: sealed, timeZone: 'Europe/Berlin' },
});
export const SecondFactorEnrolled = event('access.SecondFactorEnrolled', {
  class: 'action',
  sentence: 'A person enrolled a second factor',
  schema: z.strictObject({ personId: uuid, factor: z.enum(['totp']) }),
  example: { personId: person, factor: 'totp' },
});
export const SecondFactorRemoved = event('access.SecondFactorRemoved', {
  class: 'action',
  sentence: 'A person’s codes from an authenticator stopped working',
  schema: z.strictObject({ personId: uuid, factor: z.enum(['totp']) }),
  example: { personId: person, factor: 'totp' },
});
export const PasskeyAdded = event('access.PasskeyAdded', {
  class: 'action',
  sentence: 'A person added a passkey',
  schema: z.strictObject({ personId: uuid, passkeyId: uuid, name: sealedText, synced: z.boolean() }),
  example: { personId: person, passkeyId: passkey, name: sealed, synced: true },
});
export const PasskeyRemoved = event('access.PasskeyRemoved', {
  class: 'action',
  sentence: 'A passkey stopped working',
  schema: z.strictObject({ personId: uuid, passkeyId: uuid }),
  example: { personId: person, passkeyId: passkey },
});
export const PasswordSet = event('access.PasswordSet', {
  class: 'action',
  sentence: 'A person set a new password',
  schema: z.strictObject({ personId: uuid, by: z.enum(['invitation', 'recovery', 'change']) }),
  example: { personId: person, by: 'change' },
});
export const PersonInvited = event('access.PersonInvited', {
  class: 'action',
  sentence: 'A person was invited with a one-time link',
  schema: z.strictObject({
    personId: uuid,
    name: sealedText,
    email: sealedText,
    role: z.string().max(40),
    linkExpiresAt: timestamp,
  }),
  example: {
    personId: person,
    name: sealed,
    email: sealed,
    role: 'operator',
    linkExpiresAt: '2026-11-22T14:00:00Z',
  },
});
export const InvitationAccepted = event('access.InvitationAccepted', {
  class: 'action',
  sentence: 'An invited person used the link and has an account from now on',
  schema: z.strictObject({ personId: uuid, timeZone: z.string().max(64) }),
  example: { personId: person, timeZone: 'Europe/Berlin' },
});
export const RecoveryLinkMade = event('access.RecoveryLinkMade', {
  class: 'action',
  sentence: 'A one-time link was made with which a person gets into the account again',
  schema: z.strictObject({
    personId: uuid,
    resetSecondFactor: z.boolean(),
    expiresAt: timestamp,
    reason: z.string().max(500),
  }),
  example: {
    personId: person,
    resetSecondFactor: true,
    expiresAt: '2026-11-20T18:00:00Z',
    reason: 'Lost the phone in Hamburg',
  },
});
export const LinkCancelled = event('access.LinkCancelled', {
  class: 'action',
  sentence: 'A person’s open link was withdrawn',
  schema: z.strictObject({ personId: uuid }),
  example: { personId: person },
});
export const AccountRecovered = event('access.AccountRecovered', {
  class: 'action',
  sentence: 'A person got into the account again with a one-time link',
  schema: z.strictObject({ personId: uuid, secondFactorReset: z.boolean() }),
  example: { personId: person, secondFactorReset: true },
});
export const SteppedUp = event('access.SteppedUp', {
  class: 'action',
  sentence: 'A person proved again who they are, for dangerous actions',
  schema: z.strictObject({
    personId: uuid,
    sessionId: uuid,
    factor: z.enum(['password', 'totp', 'recovery-code', 'passkey']),
  }),
  example: { personId: person, sessionId: session, factor: 'passkey' },
});
export const SessionEnded = event('access.SessionEnded', {
  class: 'action',
  sentence: 'A session ended without its person signing out',
  schema: z.strictObject({
    personId: uuid,
    sessionId: uuid,
    why: z.enum(['revoked', 'idle', 'over', 'password-changed', 'recovered', 'token-reused']),
  }),
  example: { personId: person, sessionId: session, why: 'revoked' },
});
export const SignInPolicySet = event('access.SignInPolicySet', {
  class: 'action',
  sentence: 'Somebody said how people must sign in',
  schema: z.strictObject({
    rolesWithoutSecondFactor: z.array(z.string().max(40)).max(50),
    passwordMinLength: z.int().positive(),
    passwordStrength: z.enum(['fair', 'good', 'strong']),
    forbiddenWords: z.int().nonnegative(),
  }),
  example: {
    rolesWithoutSecondFactor: ['client-viewer'],
    passwordMinLength: 14,
    passwordStrength: 'good',
    forbiddenWords: 2,
  },
});
export const RecoveryCodesIssued = event('access.RecoveryCodesIssued', {
  class: 'action',
  sentence: 'Recovery codes were issued and shown once',
  schema: z.strictObject({ personId: uuid, count: z.int().positive() }),
  example: { personId: person, count: 10 },
});
export const RecoveryCodeUsed = event('access.RecoveryCodeUsed', {
  class: 'action',
  sentence: 'A person signed in with a recovery code',
  schema: z.strictObject({ personId: uuid, left: z.int().nonnegative() }),
  example: { personId: person, left: 9 },
});
export const SignedIn = event('access.SignedIn', {
  class: 'action',
  sentence: 'A person signed in',
  schema: z.strictObject({
    personId: uuid,
    sessionId: uuid,
    factor: z.enum(['password', 'totp', 'recovery-code', 'passkey']),
    device: sealedText,
    expiresAt: timestamp,
  }),
  example: { personId: person, sessionId: session, factor: 'totp', device: sealed, expiresAt: '2026-11-20T14:00:00Z' },
});
export const SignedOut = event('access.SignedOut', {
  class: 'action',
  sentence: 'A person signed out',
  schema: z.strictObject({ personId: uuid, sessionId: uuid }),
  example: { personId: person, sessionId: session },
});
export const SignInsRefused = event('access.SignInsRefused', {
  class: 'digest',
  sentence: 'Sign-ins from one source were refused, counted per minute',
  schema: z.strictObject({
    minute: timestamp,
    /** Keyed hash of the source address: equal sources can be seen, the address cannot be read. */
    source: z.string().max(64),
    attempts: z.int().positive(),
    accounts: z.int().nonnegative(),
  }),
  example: { minute: '2026-11-20T02:19:00Z', source: '5f1c0a', attempts: 204, accounts: 1 },
});

export const accessEvents = [
  ...grantEvents,
  ...tokenEvents,
  ...networkEvents,
  OwnerRegistered,
  SecondFactorEnrolled,
  SecondFactorRemoved,
  PasskeyAdded,
  PasskeyRemoved,
  PasswordSet,
  PersonInvited,
  InvitationAccepted,
  RecoveryLinkMade,
  LinkCancelled,
  AccountRecovered,
  SteppedUp,
  SessionEnded,
  SignInPolicySet,
  RecoveryCodesIssued,
  RecoveryCodeUsed,
  SignedIn,
  SignedOut,
  SignInsRefused,
] as const;
