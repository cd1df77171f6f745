import { count, counted } from '../../platform/quantities.ts';
import { grantSentences, ROLES } from './grants.ts';
import { networkSentences } from './networks.ts';
import { tokenSentences } from './tokens.ts';
import { field, figure, nameOf, quoted, type SentenceWriter } from '../sentence.ts';

const FACTORS: Readonly<Record<string, string>> = {
  totp: 'password and code',
  passkey: 'with a passkey',
  'recovery-code': 'with a recovery code',
  password: 'with the password alone',
};
const PASSWORD_BY: Readonly<Record<string, string>> = {
  invitation: 'with the invitation',
  recovery: 'with a one-time link',
  change: 'every other session ended',
};
const SESSION_ENDS: Readonly<Record<string, string>> = {
  revoked: 'on request',
  idle: 'it was not used',
  over: 'its time was up',
  'password-changed': 'the password was changed',
  recovered: 'the account was recovered',
  'token-reused': 'somebody showed an old token of it: a copy was stolen',
};
/** Whoever is invited holds nothing before a grant says so; entries of older releases name a role. */
const invitedAs = (role: string): string => (ROLES[role] === undefined ? '' : ` as ${ROLES[role]}`);
const aside = (text: string | undefined): { aside?: string } => (text === undefined ? {} : { aside: text });

export const accessSentences: Record<string, SentenceWriter> = {
  ...grantSentences,
  ...tokenSentences,
  ...networkSentences,
  'access.OwnerRegistered': () => ({ words: ['registered as the first owner'], aside: 'with the one-time link' }),
  'access.SecondFactorEnrolled': () => ({ words: ['set up codes from an authenticator as second factor'] }),
  'access.SecondFactorRemoved': () => ({
    words: ['stopped using codes from an authenticator'],
    glyph: { name: 'warn', label: 'Look' },
  }),
  'access.PasskeyAdded': () => ({ words: ['added a passkey'] }),
  'access.PasskeyRemoved': () => ({ words: ['removed a passkey'] }),
  'access.PasswordSet': (entry) => ({ words: ['set a new password'], aside: PASSWORD_BY[field(entry, 'by')] ?? '' }),
  'access.PersonInvited': (entry) => ({
    words: ['invited ', { bold: nameOf(entry, 'personId', 'somebody') }, invitedAs(field(entry, 'role'))],
    aside: 'with a link that works once',
  }),
  'access.InvitationAccepted': () => ({ words: ['accepted the invitation'] }),
  'access.RecoveryLinkMade': (entry) => ({
    words: ['made a one-time link for ', { bold: nameOf(entry, 'personId', 'somebody') }],
    ...aside(quoted(field(entry, 'reason'))),
    glyph: { name: 'warn', label: 'Look' },
  }),
  'access.LinkCancelled': (entry) => ({
    words: ['withdrew the open link of ', { bold: nameOf(entry, 'personId', 'somebody') }],
  }),
  'access.AccountRecovered': (entry) => ({
    words: ['got into the account again with a one-time link'],
    aside: entry.data['secondFactorReset'] === true ? 'with a new second factor' : 'the second factor stayed',
    glyph: { name: 'warn', label: 'Look' },
  }),
  'access.SteppedUp': (entry) => ({
    words: ['proved it was them, for a dangerous action'],
    aside: FACTORS[field(entry, 'factor')] ?? '',
  }),
  'access.SessionEnded': (entry) => ({
    words: ['ended a session of ', { bold: nameOf(entry, 'personId', 'somebody') }],
    aside: SESSION_ENDS[field(entry, 'why')] ?? '',
  }),
  'access.SignInPolicySet': (entry) => ({
    words: ['said how people must sign in'],
    aside: `passwords of ${count(figure(entry, 'passwordMinLength'))} characters and more`,
  }),
  'access.RecoveryCodesIssued': (entry) => ({
    words: [`was given ${counted(figure(entry, 'count'), 'recovery code')}`],
    aside: 'shown once, stored as hashes',
  }),
  'access.RecoveryCodeUsed': (entry) => ({
    words: ['used a recovery code'],
    aside: `${count(figure(entry, 'left'))} left`,
    glyph: { name: 'warn', label: 'Look' },
  }),
  'access.SignedIn': (entry) => ({
    words: ['signed in'],
    aside: FACTORS[field(entry, 'factor')] ?? '',
  }),
  'access.SignedOut': () => ({ words: ['signed out'] }),
  'access.SignInsRefused': (entry) => ({
    subject: 'Anonymous',
    words: [`tried to sign in ${counted(figure(entry, 'attempts'), 'time')} from one source and was refused`],
    aside: 'one entry for the minute, not one for each',
    glyph: { name: 'lock', label: 'Refused' },
  }),
};
