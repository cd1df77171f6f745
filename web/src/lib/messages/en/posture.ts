import type { AuditEntry } from '@muster/contracts/audit';
import { counted } from '../../platform/quantities.ts';
import { calendarDay } from '../../platform/time-words.ts';
import { field, nameOf, quoted, type SentenceWriter } from '../sentence.ts';

const onServer = (entry: AuditEntry): string => ` on ${nameOf(entry, 'serverId', 'a server')}`;

function whereOf(entry: AuditEntry): string {
  const target = entry.data['target'];
  if (typeof target !== 'object' || target === null || Array.isArray(target)) return 'a server';
  if (target['kind'] === 'fleet') return 'the fleet';
  if (target['kind'] === 'client') return 'what is a client’s';
  const id = target['kind'] === 'group' ? target['groupId'] : target['serverId'];
  return (
    (typeof id === 'string' ? entry.names[id] : undefined) ?? `a ${target['kind'] === 'group' ? 'group' : 'server'}`
  );
}

const ENDS: Record<string, string> = {
  expired: 'its time was up',
  'ended-by-person': 'by hand',
  'not-approved': 'no second person agreed',
};

const APPROVED: Record<string, readonly [one: string, many: string]> = {
  keys: ['SSH key', 'SSH keys'],
  ports: ['open port', 'open ports'],
  administrators: ['administrator', 'administrators'],
  units: ['unit without a package', 'units without a package'],
  cron: ['cron file', 'cron files'],
  modules: ['module', 'modules'],
};

/** "2 open ports"; "1 thing" of a kind that a newer control plane knows. */
function countedItems(entry: AuditEntry, name: string): string {
  const items = entry.data[name];
  const [one, many] = APPROVED[field(entry, 'kind')] ?? ['thing', 'things'];
  return counted(Array.isArray(items) ? items.length : 0, one, many);
}

const numberOf = (entry: AuditEntry, name: string): number => {
  const list = entry.data[name];
  return Array.isArray(list) ? list.length : 0;
};

const DUTIES: Record<string, string> = {
  'break-glass-drill': 'break-glass drill',
  'incident-plan': 'incident plan and contact list',
};

/** What first scans found. */
const INTAKE: Record<string, string> = {
  accepted: 'accepted what first scans found with',
  assigned: 'mends what first scans found with',
  opened: 'left open what first scans found with',
};

export const postureSentences: Record<string, SentenceWriter> = {
  'posture.FindingOpened': (entry) => ({
    words: ['found ', { mono: field(entry, 'checkId') }, onServer(entry)],
    aside: [field(entry, 'severity'), field(entry, 'subject')].filter((word) => word !== '').join(', '),
    glyph: { name: field(entry, 'severity') === 'critical' ? 'critical' : 'warn', label: 'found' },
  }),
  'posture.FindingChanged': (entry) => ({
    words: ['found other evidence for ', { mono: field(entry, 'checkId') }, onServer(entry)],
  }),
  'posture.FindingClosed': (entry) => ({
    words: ['no longer finds ', { mono: field(entry, 'checkId') }, onServer(entry)],
    ...(field(entry, 'why') === 'approved' ? { aside: 'somebody answers for it' } : {}),
    glyph: { name: 'ok', label: 'closed' },
  }),
  'posture.CoverageChanged': (entry) => ({
    words: [
      `cannot answer, or need not, ${counted(Array.isArray(entry.data['uncovered']) ? entry.data['uncovered'].length : 0, 'check')}`,
      onServer(entry),
    ],
    glyph: { name: 'unknown', label: 'not known' },
  }),
  'posture.RiskAccepted': (entry) => ({
    words: [
      entry.data['needsSecond'] === true ? 'asks to accept ' : 'accepted ',
      { mono: field(entry, 'checkId') },
      ` on ${whereOf(entry)} until ${calendarDay(field(entry, 'until'))}`,
    ],
    ...(field(entry, 'reason') === '' ? {} : { aside: quoted(field(entry, 'reason')) ?? '' }),
    glyph: { name: 'waived', label: 'accepted' },
  }),
  'posture.WaiverApproved': () => ({ words: ['agreed to a waiver as the second person'] }),
  'posture.WaiverReachChanged': (entry) => ({
    subject: 'A waiver of a client',
    words: [
      `covers ${counted(numberOf(entry, 'reached'), 'finding')} more, ${counted(numberOf(entry, 'left'), 'finding')} less`,
    ],
  }),
  'posture.WaiverEndingSoon': (entry) => ({
    words: [`warned that a waiver ends on ${calendarDay(field(entry, 'until'))}`],
  }),
  'posture.WaiverEnded': (entry) => ({
    subject: 'A waiver',
    words: [`ended: ${ENDS[field(entry, 'why')] ?? 'it is over'}`],
  }),
  'posture.HostChanged': (entry) => ({
    words: [`found ${countedItems(entry, 'appeared')} new, ${countedItems(entry, 'gone')} gone`, onServer(entry)],
    aside: field(entry, 'operationId') === '' ? 'by nobody of ours' : 'while an operation of ours ran',
    glyph: { name: field(entry, 'operationId') === '' ? 'warn' : 'ok', label: 'changed' },
  }),
  'posture.ItemsApproved': (entry) => ({
    words: [
      `answers for ${countedItems(entry, 'items')}`,
      onServer(entry),
      ` until ${calendarDay(field(entry, 'reviewAt'))}`,
    ],
    aside: quoted(field(entry, 'reason')) ?? '',
  }),
  'posture.ApprovalWithdrawn': (entry) => ({
    words: [`no longer answers for ${countedItems(entry, 'items')}`, onServer(entry)],
    aside: quoted(field(entry, 'reason')) ?? '',
  }),
  'posture.FindingTaken': (entry) => ({
    words: [field(entry, 'owner') === '' ? 'let a finding go' : 'took a finding', onServer(entry)],
  }),
  'posture.PolicyImported': (entry) => ({
    words: [`took in policy ${field(entry, 'version')}: it judges from ${calendarDay(field(entry, 'validFrom'))} on`],
    aside: `SHA-256 ${field(entry, 'sha256').slice(0, 12)}…`,
  }),
  'posture.IntakeDecided': (entry) => ({
    words: [
      `${INTAKE[field(entry, 'decision')] ?? 'decided upon'} `,
      { mono: field(entry, 'checkId') },
      ` on ${whereOf(entry)}`,
      field(entry, 'dueAt') === '' ? '' : ` until ${calendarDay(field(entry, 'dueAt'))}`,
    ],
    aside: quoted(field(entry, 'reason')) ?? '',
  }),
  'posture.ScanRequested': (entry) => ({
    words: [
      ...(field(entry, 'checkId') === '' ? ['asked '] : ['asked about ', { mono: field(entry, 'checkId') }, ': ']),
      `${whereOf(entry)} to look again now`,
    ],
  }),
  'posture.DutyAttested': (entry) => ({
    words: [
      `attested a duty: ${DUTIES[field(entry, 'duty')] ?? field(entry, 'duty')}, done on ${calendarDay(field(entry, 'doneOn'))} for ${whereOf(entry)}`,
    ],
    aside: quoted(field(entry, 'note')) ?? '',
    glyph: { name: 'seal', label: 'attested' },
  }),
  'posture.FindingCommented': (entry) => ({
    words: ['commented on a finding', onServer(entry)],
    aside: quoted(field(entry, 'comment')) ?? '',
  }),
};
