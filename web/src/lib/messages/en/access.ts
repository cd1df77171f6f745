import { count, counted } from '../../platform/quantities.ts';
import { field, figure, type SentenceWriter } from '../sentence.ts';

export const accessSentences: Record<string, SentenceWriter> = {
  'access.OwnerRegistered': () => ({ words: ['registered as the first owner'], aside: 'with the one-time link' }),
  'access.SecondFactorEnrolled': () => ({ words: ['set up codes from an authenticator as second factor'] }),
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
    aside: field(entry, 'factor') === 'recovery-code' ? 'with a recovery code' : 'password and code',
  }),
  'access.SignedOut': () => ({ words: ['signed out'] }),
  'access.SignInsRefused': (entry) => ({
    subject: 'Anonymous',
    words: [`tried to sign in ${counted(figure(entry, 'attempts'), 'time')} from one source and was refused`],
    aside: 'one entry for the minute, not one for each',
    glyph: { name: 'lock', label: 'Refused' },
  }),
};
