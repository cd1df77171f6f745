// Who came in and how. Names, addresses and devices are sealed per person; ids are pseudonymous.
import { z } from 'zod';
import { event } from '../define.ts';
import { grantEvents } from './grant-events.ts';
import { sealedText, timestamp, uuid } from '../values.ts';

const person = '0190b5e2-7a10-7000-8000-00000000a001';
const session = '0190b5e2-7a10-7000-8000-00000000a002';
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
    factor: z.enum(['totp', 'recovery-code']),
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
  OwnerRegistered,
  SecondFactorEnrolled,
  RecoveryCodesIssued,
  RecoveryCodeUsed,
  SignedIn,
  SignedOut,
  SignInsRefused,
] as const;
