import type { AuditEntry } from '@muster/contracts/audit';
import { count, counted } from '../../platform/quantities.ts';
import { duration } from '../../platform/time-words.ts';
import { field, figure, nameOf, quoted, type SentenceWriter } from '../sentence.ts';

function whereOf(entry: AuditEntry): string {
  const target = entry.data['target'];
  if (typeof target !== 'object' || target === null || Array.isArray(target)) return 'servers';
  if (target['kind'] === 'fleet') return 'the fleet';
  const id = target['kind'] === 'group' ? target['groupId'] : target['serverId'];
  const name = typeof id === 'string' ? entry.names[id] : undefined;
  return name ?? (target['kind'] === 'group' ? 'a group' : 'a server');
}

function forHowLong(entry: AuditEntry): string {
  const until = field(entry, 'until');
  if (until === '') return ' until unblocked';
  return ` for ${duration(Math.round((Date.parse(until) - Date.parse(entry.at)) / 60_000) * 60_000)}`;
}

const CAUSES: Record<string, string> = {
  'table-gone': 'somebody had removed it',
  'contents-differ': 'somebody had changed it',
  boot: 'after a start',
};

export const banSentences: Record<string, SentenceWriter> = {
  'bans.AddressBlocked': (entry) => ({
    words: ['blocked ', { mono: field(entry, 'range') }, ` on ${whereOf(entry)}${forHowLong(entry)}`],
    aside: quoted(field(entry, 'reason')),
  }),
  'bans.BlockLifted': (entry) => ({
    words: ['unblocked ', { mono: field(entry, 'range') }],
    aside: quoted(field(entry, 'reason')),
  }),
  'bans.BlockExpired': (entry) => ({
    subject: 'The block of',
    words: [{ mono: field(entry, 'range') }, ' ended: its time was up'],
  }),
  'bans.BlockedForClient': (entry) => ({
    words: [
      'blocked ',
      { mono: field(entry, 'range') },
      ` for ${nameOf(entry, 'clientId', 'a client')},${forHowLong(entry)}`,
    ],
  }),
  'bans.BlockLiftedForClient': (entry) => ({
    words: ['unblocked ', { mono: field(entry, 'range') }, ` for ${nameOf(entry, 'clientId', 'a client')}`],
    glyph: { name: 'undone', label: 'Unblocked' },
  }),
  'bans.AddressProtected': (entry) => ({
    words: ['put ', { mono: field(entry, 'range') }, ' on the never-blocked list'],
    aside: [field(entry, 'label'), field(entry, 'reason')].filter((text) => text !== '').join(' · '),
  }),
  'bans.ProtectionEnded': (entry) => ({
    words: ['took ', { mono: field(entry, 'range') }, ' off the never-blocked list'],
    aside: { 'ended-by-person': 'by hand', expired: 'its time was up', 'no-longer-needed': 'no longer needed' }[
      field(entry, 'why')
    ],
  }),
  'bans.AddressProtectedForClient': (entry) => ({
    words: [
      'put ',
      { mono: field(entry, 'range') },
      ` on the never-blocked list for ${nameOf(entry, 'clientId', 'a client')},${forHowLong(entry)}`,
    ],
  }),
  'bans.ProtectionEndedForClient': (entry) => ({
    words: [
      'took ',
      { mono: field(entry, 'range') },
      ` off the never-blocked list for ${nameOf(entry, 'clientId', 'a client')}`,
    ],
    glyph: { name: 'undone', label: 'Ended' },
  }),
  'bans.TableDrifted': (entry) => ({
    subject: nameOf(entry, 'serverId', 'A server'),
    words: ['does not hold the block list that it should'],
    aside: `revision ${count(figure(entry, 'revision'))}`,
    glyph: { name: 'warn', label: 'Look' },
  }),
  'bans.TableRepaired': (entry) => ({
    subject: nameOf(entry, 'serverId', 'A server'),
    words: [`put its ban table back in ${duration(figure(entry, 'tookMs'))}`],
    aside: CAUSES[field(entry, 'cause')],
    glyph: { name: 'undone', label: 'Repaired' },
  }),
  'bans.BanLogDigested': (entry) => ({
    subject: nameOf(entry, 'serverId', 'A server'),
    words: [`sent ${counted(figure(entry, 'count'), 'ban log line')} as one digest`],
    aside: `sha256 ${field(entry, 'sha256').slice(0, 8)}`,
  }),
  'bans.BanLogMonthForgotten': (entry) => ({
    subject: 'Muster',
    words: [`removed ${counted(figure(entry, 'lines'), 'ban log line')} of ${field(entry, 'month')}, past their time`],
    aside: `kept: ${counted(figure(entry, 'keptMonths'), 'month')}`,
  }),
};
