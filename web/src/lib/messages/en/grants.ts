import { counted } from '../../platform/quantities.ts';
import { field, figure, nameOf, quoted, type SentenceWriter } from '../sentence.ts';

type Entry = Parameters<SentenceWriter>[0];

/** A built-in role in the middle of a sentence. */
export const ROLES: Readonly<Record<string, string>> = {
  owner: 'owner',
  operator: 'operator',
  security: 'security',
  backup: 'backup',
  auditor: 'auditor',
  contractor: 'contractor',
  'client-admin': 'client administrator',
  'client-viewer': 'client viewer',
};
const ENDS: Readonly<Record<string, string>> = {
  revoked: 'by hand',
  expired: 'its time was up',
  reviewed: 'not kept in a review',
  offboarded: 'its holder left',
};

const holder = (entry: Entry): string => nameOf(entry, 'holderId', 'somebody');

function scope(entry: Entry): string {
  const value = entry.data['scope'];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'a part of the fleet';
  const id = value['groupId'] ?? value['serverId'] ?? value['clientId'];
  if (typeof id === 'string') return entry.names[id] ?? 'what is gone or hidden';
  return typeof value['tag'] === 'string' ? value['tag'] : 'the fleet';
}

const permissions = (entry: Entry): string => {
  const held = entry.data['permissions'];
  return counted(Array.isArray(held) ? held.length : 0, 'permission');
};

export const grantSentences: Record<string, SentenceWriter> = {
  'access.GrantGiven': (entry) => ({
    words: [
      'made ',
      { bold: holder(entry) },
      ` ${ROLES[field(entry, 'role')] ?? 'holder of an own role'} on `,
      { bold: scope(entry) },
    ],
    aside: quoted(field(entry, 'reason')),
    glyph: { name: 'lock', label: 'Granted' },
  }),
  'access.GrantEnded': (entry) => ({
    words: ['ended a grant of ', { bold: holder(entry) }],
    aside: ENDS[field(entry, 'why')] ?? field(entry, 'why'),
    glyph: { name: 'lock', label: 'Ended' },
  }),
  'access.GrantEndingSoon': (entry) => ({
    subject: holder(entry),
    words: [`holds a grant that ends within ${counted(figure(entry, 'days'), 'day')}`],
    glyph: { name: 'warn', label: 'Look' },
  }),
  'access.PersonOffboarded': (entry) => ({
    words: ['let ', { bold: nameOf(entry, 'personId', 'somebody') }, ' go'],
    aside: `${counted(figure(entry, 'grants'), 'grant')} ended, with every session, passkey and password`,
    glyph: { name: 'lock', label: 'Ended' },
  }),
  'access.BreakGlassOpened': (entry) => ({
    subject: 'Somebody on the host',
    words: ['unsealed the emergency account'],
    aside: quoted(field(entry, 'reason')) ?? '',
    glyph: { name: 'critical', label: 'Emergency' },
  }),
  'access.BreakGlassEnded': (entry) => ({
    words: ['closed the emergency account'],
    aside: `${counted(figure(entry, 'sessions'), 'session')} ended`,
    glyph: { name: 'lock', label: 'Ended' },
  }),
  'access.SubjectErased': (entry) => ({
    words: ['erased a person: nobody can read the name any more'],
    aside: quoted(field(entry, 'reason')) ?? '',
    glyph: { name: 'lock', label: 'Erased' },
  }),
  'access.RoleDefined': (entry) => ({
    words: ['defined the role ', { bold: field(entry, 'name') }],
    aside: permissions(entry),
  }),
  'access.RoleChanged': (entry) => ({
    words: ['changed the role ', { bold: field(entry, 'name') }],
    aside: permissions(entry),
  }),
  'access.RoleRemoved': () => ({ words: ['removed an own role'], aside: 'nobody held it' }),
};
