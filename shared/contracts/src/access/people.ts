// People as those who look after access see them, and how people must sign in.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { accepted, reason, timestamp, uuid } from '../values.ts';
import { roleRef } from './grant-events.ts';
import { PASSWORD_MIN, personEmail, personName } from './values.ts';

export const personView = z.strictObject({
  personId: uuid,
  name: z.string(),
  email: z.string(),
  /** What the held roles are called; for who holds none, what the invitation was for. */
  role: z.string(),
  /** invited: the link was not used yet. */
  state: z.enum(['invited', 'active']),
  since: timestamp,
  /** Was let go: holds no grant, and neither password nor factor nor link opens the account. */
  left: z.boolean(),
  totp: z.boolean(),
  passkeys: z.int().nonnegative(),
  recoveryCodesLeft: z.int().nonnegative(),
  secondFactorRequired: z.boolean(),
  lastSignInAt: timestamp.nullable(),
  sessions: z.int().nonnegative(),
  /** A link that is open: an invitation or a recovery. */
  link: z
    .strictObject({ purpose: z.enum(['invitation', 'recovery']), expiresAt: timestamp, expired: z.boolean() })
    .nullable(),
});
export type PersonView = z.infer<typeof personView>;

export const ListPeople = query('access.ListPeople', {
  risk: 'medium',
  on: 'fleet',
  roles: ['security'],
  sentence: 'List people: how their accounts are secured and when they were used',
  input: z.strictObject({
    after: z.string().max(100).optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(1000),
  }),
  /** In the order in which they came. */
  output: z.strictObject({ people: z.array(personView), next: z.string().nullable() }),
});

const linkHours = z.coerce
  .number()
  .int()
  .min(1, 'A link lives at least an hour')
  .max(168, 'A link lives a week at most');
/** Nothing is sent by mail: who made the link hands it over. */
const linkAnswer = accepted.extend({ personId: uuid, link: z.string().nullable(), expiresAt: timestamp });

export const InvitePerson = command('access.InvitePerson', {
  risk: 'critical',
  on: 'fleet',
  roles: [],
  sentence: 'Invite a person with a link that works once',
  shownOnce: { link: null },
  input: z.strictObject({
    name: personName,
    email: personEmail /** What the person is meant to become; a grant makes it so. */,
    role: roleRef.default('none'),
    hours: linkHours.default(48),
  }),
  output: linkAnswer,
});
export const MakeRecoveryLink = command('access.MakeRecoveryLink', {
  risk: 'critical',
  on: 'fleet',
  roles: [],
  sentence: 'Make a link with which a person sets a new password, once; an invited person gets a new invitation',
  shownOnce: { link: null },
  input: z.strictObject({
    personId: uuid,
    /** Also forget the second factor: the person sets up a new one with the same link. */
    resetSecondFactor: z.boolean().default(false),
    hours: linkHours.default(4),
    reason,
  }),
  output: linkAnswer,
});
export const CancelLink = command('access.CancelLink', {
  risk: 'critical',
  on: 'fleet',
  roles: [],
  sentence: 'Withdraw a person’s open link',
  stepUp: false,
  input: z.strictObject({ personId: uuid }),
  output: accepted,
});
export const EndPersonSessions = command('access.EndPersonSessions', {
  risk: 'high',
  on: 'fleet',
  roles: ['security'],
  sentence: 'End all sessions of a person, at once and on open pages too',
  input: z.strictObject({ personId: uuid, reason }),
  output: accepted.extend({ ended: z.int().nonnegative() }),
});

export const passwordStrength = z.enum(['fair', 'good', 'strong']);
export const signInPolicy = z.strictObject({
  /** Roles whose people may be without a second factor. Every other role must have one. */
  rolesWithoutSecondFactor: z.array(roleRef).max(50),
  passwordMinLength: z.int().min(PASSWORD_MIN, `Never below ${PASSWORD_MIN}`).max(64, 'Nobody types more than 64'),
  passwordStrength,
  /** The company's own words: guesses begin with them. */
  forbiddenWords: z.array(z.string().trim().min(3, 'A word has at least 3 letters').max(40)).max(50),
});
export type SignInPolicy = z.infer<typeof signInPolicy>;

export const GetSignInPolicy = query('access.GetSignInPolicy', {
  risk: 'medium',
  on: 'fleet',
  roles: ['security'],
  sentence: 'Read how people must sign in',
  input: z.strictObject({}),
  output: signInPolicy.extend({
    /** Which there are to say it for. */
    roles: z.array(z.strictObject({ role: z.string(), title: z.string() })),
  }),
});
export const SetSignInPolicy = command('access.SetSignInPolicy', {
  risk: 'critical',
  on: 'fleet',
  roles: [],
  sentence: 'Say how people must sign in: who needs a second factor, and what a password must be',
  input: signInPolicy,
  output: accepted,
});

export const peopleCommands = [InvitePerson, MakeRecoveryLink, CancelLink, EndPersonSessions, SetSignInPolicy] as const;
export const peopleQueries = [ListPeople, GetSignInPolicy] as const;
