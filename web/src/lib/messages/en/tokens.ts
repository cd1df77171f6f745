import { counted } from '../../platform/quantities.ts';
import { field, figure, nameOf, quoted, type SentenceWriter } from '../sentence.ts';

type Entry = Parameters<SentenceWriter>[0];

const TOKEN_ENDS: Readonly<Record<string, string>> = {
  revoked: 'by hand',
  expired: 'its time was up',
  offboarded: 'its person left',
  retired: 'its service account was retired',
};
const REFUSALS: Readonly<Record<string, string>> = {
  ended: 'it had been ended before',
  expired: 'its time was up',
  network: 'it came from an address it is not good from',
};
const FLAGS: Readonly<Record<string, string>> = {
  'owner-left': 'needs another owner: the present one left',
  'token-maker-left': 'needs new tokens: who made the present ones left',
  'review-due': 'is due for a look',
};

const holder = (entry: Entry): string => nameOf(entry, 'holderId', 'somebody');
const networks = (entry: Entry): string => {
  const given = entry.data['networks'];
  return Array.isArray(given) && given.length > 0
    ? `good from ${counted(given.length, 'network')}`
    : 'good from anywhere';
};

export const tokenSentences: Record<string, SentenceWriter> = {
  'access.TokenIssued': (entry) => ({
    words: ['made the API token ', { bold: field(entry, 'name') }, ' for ', { bold: holder(entry) }],
    aside: networks(entry),
    glyph: { name: 'lock', label: 'Granted' },
  }),
  'access.TokenEnded': (entry) => ({
    words: ['ended an API token of ', { bold: holder(entry) }],
    aside: TOKEN_ENDS[field(entry, 'why')] ?? field(entry, 'why'),
    glyph: { name: 'lock', label: 'Ended' },
  }),
  'access.TokenRefused': (entry) => ({
    subject: 'Somebody',
    words: ['used an API token of ', { bold: holder(entry) }, ' in vain'],
    aside: REFUSALS[field(entry, 'why')] ?? field(entry, 'why'),
    glyph: { name: 'warn', label: 'Look' },
  }),
  'access.TokenPolicySet': (entry) => ({
    words: [`let API tokens live ${counted(figure(entry, 'personDays'), 'day')} at most`],
    aside: `${counted(figure(entry, 'serviceDays'), 'day')} for service accounts${
      entry.data['networksRequired'] === true ? ', each bound to networks' : ''
    }`,
  }),
  'access.ServiceAccountCreated': (entry) => ({
    words: ['made the service account ', { bold: field(entry, 'name') }],
    ...(quoted(field(entry, 'purpose')) === undefined ? {} : { aside: `“${field(entry, 'purpose')}”` }),
  }),
  'access.ServiceAccountReviewed': (entry) => ({
    words: ['looked through the service account ', { bold: field(entry, 'name') }],
    aside: `answered for by ${nameOf(entry, 'ownerId', 'somebody')}`,
  }),
  'access.ServiceAccountFlagged': (entry) => ({
    subject: nameOf(entry, 'accountId', 'A service account'),
    words: [FLAGS[field(entry, 'why')] ?? 'needs a look'],
    glyph: { name: 'warn', label: 'Look' },
  }),
  'access.ServiceAccountRetired': (entry) => ({
    words: ['retired the service account ', { bold: nameOf(entry, 'accountId', 'that was here') }],
    aside: 'its tokens and grants ended',
    glyph: { name: 'lock', label: 'Ended' },
  }),
};
