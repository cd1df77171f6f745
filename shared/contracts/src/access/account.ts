// One's own account: password, passkeys, codes, sessions. Everybody who may sign in has this, and only for himself.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { accepted, timestamp, uuid } from '../values.ts';
import { factorKind, passkeyOptions, passkeyResponse } from './sign-in.ts';
import { password, totpCode } from './values.ts';

const passkeyName = z
  .string()
  .trim()
  .min(1, 'Name it, so that you know it again')
  .max(60, 'A name ends at 60 characters');

export const passkeyView = z.strictObject({
  passkeyId: uuid,
  name: z.string(),
  addedAt: timestamp,
  usedAt: timestamp.nullable(),
  /** Kept in step between devices by its maker; otherwise it dies with the one device. */
  synced: z.boolean(),
});
export const sessionView = z.strictObject({
  sessionId: uuid,
  /** The one that asks. */
  current: z.boolean(),
  device: z.string(),
  address: z.string(),
  factor: factorKind,
  signedInAt: timestamp,
  usedAt: timestamp,
  expiresAt: timestamp,
});
export type SessionView = z.infer<typeof sessionView>;

export const GetAccount = query('access.GetAccount', {
  risk: 'low',
  on: 'self',
  roles: [],
  sentence: 'Read one’s own account: how it is secured, and where it is signed in',
  input: z.strictObject({}),
  output: z.strictObject({
    name: z.string(),
    email: z.string(),
    role: z.string(),
    timeZone: z.string(),
    passwordSetAt: timestamp.nullable(),
    totpSince: timestamp.nullable(),
    passkeys: z.array(passkeyView),
    recoveryCodes: z.strictObject({ left: z.int().nonnegative(), issuedAt: timestamp.nullable() }),
    secondFactorRequired: z.boolean(),
    /** Until when dangerous actions are open without proving oneself again. */
    provenUntil: timestamp.nullable(),
    passwordMinLength: z.int().positive(),
    /** Used within the idle time, newest first. */
    sessions: z.array(sessionView),
    idleSeconds: z.number().positive(),
  }),
});
export type AccountView = z.output<typeof GetAccount.output>;

export const ChangePassword = command('access.ChangePassword', {
  risk: 'low',
  on: 'self',
  roles: [],
  sentence: 'Set a new password for oneself; every other session ends',
  stepUp: true,
  input: z.strictObject({ password }),
  output: accepted,
});
export const BeginTotp = command('access.BeginTotp', {
  risk: 'low',
  on: 'self',
  roles: [],
  sentence: 'Begin to set up codes from an authenticator app; the old ones work until the new ones are confirmed',
  stepUp: true,
  shownOnce: { totpUri: null, totpSecret: null },
  input: z.strictObject({}),
  output: accepted.extend({ enrolmentId: uuid, totpUri: z.string().nullable(), totpSecret: z.string().nullable() }),
});
export const ConfirmTotp = command('access.ConfirmTotp', {
  risk: 'low',
  on: 'self',
  roles: [],
  sentence: 'Confirm the authenticator app with a code of it',
  input: z.strictObject({ enrolmentId: uuid, code: totpCode }),
  output: accepted,
});
export const RemoveTotp = command('access.RemoveTotp', {
  risk: 'low',
  on: 'self',
  roles: [],
  sentence: 'Stop taking codes from the authenticator app',
  stepUp: true,
  input: z.strictObject({}),
  output: accepted,
});
export const BeginPasskey = command('access.BeginPasskey', {
  risk: 'low',
  on: 'self',
  roles: [],
  sentence: 'Begin to add a passkey',
  stepUp: true,
  input: z.strictObject({}),
  output: accepted.extend({ enrolmentId: uuid, options: passkeyOptions }),
});
export const AddPasskey = command('access.AddPasskey', {
  risk: 'low',
  on: 'self',
  roles: [],
  sentence: 'Add the passkey that the browser made',
  input: z.strictObject({ enrolmentId: uuid, name: passkeyName, response: passkeyResponse }),
  output: accepted.extend({ passkeyId: uuid }),
});
export const RemovePasskey = command('access.RemovePasskey', {
  risk: 'low',
  on: 'self',
  roles: [],
  sentence: 'Remove a passkey; it opens nothing from then on',
  stepUp: true,
  input: z.strictObject({ passkeyId: uuid }),
  output: accepted,
});
export const IssueRecoveryCodes = command('access.IssueRecoveryCodes', {
  risk: 'low',
  on: 'self',
  roles: [],
  sentence: 'Make new recovery codes; the old ones stop working',
  stepUp: true,
  shownOnce: { codes: null },
  input: z.strictObject({}),
  output: accepted.extend({ codes: z.array(z.string()).nullable() }),
});
export const EndSession = command('access.EndSession', {
  risk: 'low',
  on: 'self',
  roles: [],
  sentence: 'End one of one’s own sessions, at once and on its open pages too',
  input: z.strictObject({ sessionId: uuid }),
  output: accepted,
});
export const EndOtherSessions = command('access.EndOtherSessions', {
  risk: 'low',
  on: 'self',
  roles: [],
  sentence: 'End all of one’s own sessions but this one',
  input: z.strictObject({}),
  output: accepted.extend({ ended: z.int().nonnegative() }),
});

export const accountCommands = [
  ChangePassword,
  BeginTotp,
  ConfirmTotp,
  RemoveTotp,
  BeginPasskey,
  AddPasskey,
  RemovePasskey,
  IssueRecoveryCodes,
  EndSession,
  EndOtherSessions,
] as const;
export const accountQueries = [GetAccount] as const;
