import { commands, queries } from '@muster/contracts';
import { count, counted, cutMiddle } from '../../platform/quantities.ts';
import { field, figure, nameOf, type Part, type SentenceWriter } from '../sentence.ts';

/** What somebody tried or read, by the name of its command or query. */
const ATTEMPTS: Record<string, string> = {
  'bans.BlockAddress': 'a block',
  'bans.LiftBlock': 'an unblock',
  'bans.ProtectAddress': 'an entry of the never-blocked list',
  'bans.EndProtection': 'the end of a never-blocked entry',
  'servers.OpenEnrolment': 'an enrolment',
  'servers.ConfirmFingerprint': 'a fingerprint',
  'servers.SetCapability': 'a capability',
  'servers.RetireServer': 'retiring a server',
  'servers.RotateKey': 'a new key of a server',
  'operations.CancelOperation': 'cancelling an operation',
  'operations.RetryOperation': 'a retry',
  'operations.ResumeDispatch': 'sending tasks again',
};
const READS: Record<string, string> = {
  'audit.ExportLedger': 'exported the ledger',
  'audit.GetEntry': 'read a raw entry',
  'clients.ExportExtract': 'exported what was done for a client',
  'posture.ExportFindings': 'exported the findings',
  'posture.ExportInventory': 'exported the inventory',
};

/** What a command or query is for, as the catalogue says it: "end a grant before its time". */
const PURPOSES: ReadonlyMap<string, string> = new Map(
  [...commands, ...queries].map(({ name, sentence }) => [name, sentence.charAt(0).toLowerCase() + sentence.slice(1)]),
);

/** In a word or two where people have one for it. */
function attempt(what: string): readonly Part[] {
  const known = ATTEMPTS[what];
  if (known !== undefined) return [`was refused ${known}`];
  const purpose = PURPOSES.get(what);
  return purpose === undefined ? ['was refused ', { mono: what }] : [`was refused: ${purpose}`];
}

export const auditSentences: Record<string, SentenceWriter> = {
  'audit.MusterUpgraded': (entry) => {
    const { migrations } = entry.data;
    return {
      words: ['upgraded Muster to ', { mono: cutMiddle(field(entry, 'to'), 24) }],
      aside: `${counted(Array.isArray(migrations) ? migrations.length : 0, 'change')} of the database`,
    };
  },
  'audit.SchemaMigrated': (entry) => ({
    words: [
      `brought the database to a later schema: ${counted(Array.isArray(entry.data['migrations']) ? entry.data['migrations'].length : 0, 'migration')}`,
    ],
  }),
  'audit.CommandRefused': (entry) => {
    const subject = field(entry, 'subject');
    const what = field(entry, 'what');
    const words = attempt(what);
    return {
      words: subject === '' ? words : [...words, what in ATTEMPTS ? ' of ' : ' · ', { mono: subject }],
      aside: field(entry, 'why'),
      glyph: { name: 'lock', label: 'Refused' },
    };
  },
  'audit.SensitiveRead': (entry) => ({
    words: [READS[field(entry, 'what')] ?? `read ${field(entry, 'what')}`],
    aside: field(entry, 'subject') || undefined,
  }),
  'audit.ForkAlarmRaised': (entry) => ({
    subject: nameOf(entry, 'serverId', 'A witness'),
    words: ['saw a ledger that does not extend the one it had seen'],
    aside: field(entry, 'why'),
    glyph: { name: 'critical', label: 'Critical' },
  }),
  'audit.BackupTaken': (entry) => ({
    words: ['took a backup'],
    aside: counted(figure(entry, 'size'), 'signed event'),
  }),
  'audit.BackupOverdue': (entry) => ({
    subject: 'Muster',
    words: [field(entry, 'lastAt') === '' ? 'was never backed up' : 'was not backed up in time'],
    glyph: { name: 'critical', label: 'Critical' },
  }),
  'audit.EpochBegun': (entry) => ({
    subject: 'Root key',
    words: [
      `began epoch ${figure(entry, 'epoch')} of the ledger after ${counted(figure(entry, 'size'), 'restored event')}`,
    ],
    glyph: { name: 'seal', label: 'Signed' },
  }),
  'audit.KeyRotated': (entry) => ({
    words: [`replaced the ${field(entry, 'use')} key by `, { mono: field(entry, 'to') }],
    glyph: { name: 'seal', label: 'Signed' },
  }),
  'audit.KeyRevoked': (entry) => ({
    words: [`revoked the ${field(entry, 'use')} key `, { mono: field(entry, 'id') }],
    aside: field(entry, 'reason'),
    glyph: { name: 'lock', label: 'Revoked' },
  }),
  'audit.SecretKeyRotated': (entry) => ({
    words: ['made ', { mono: field(entry, 'to') }, ' the key that opens what is sealed at rest'],
    aside: `${field(entry, 'from')} does until it is retired`,
    glyph: { name: 'lock', label: 'Keys' },
  }),
  'audit.SecretKeyRetired': (entry) => ({
    words: ['retired the key ', { mono: field(entry, 'id') }],
    aside: 'it opens nothing that is sealed at rest any more',
    glyph: { name: 'lock', label: 'Keys' },
  }),
  'audit.WitnessListPublished': (entry) => ({
    subject: 'Root key',
    words: [`named ${counted(figure(entry, 'witnesses'), 'witness', 'witnesses')}`],
    aside: `${count(figure(entry, 'quorum'))} must agree`,
    glyph: { name: 'seal', label: 'Signed' },
  }),
  'audit.KeysetPublished': (entry) => {
    const keys = entry.data['keys'];
    return {
      subject: 'Root key',
      words: [`signed ${counted(Array.isArray(keys) ? keys.length : 0, 'online key')}`],
      aside: `list ${count(figure(entry, 'serial'))}`,
      glyph: { name: 'seal', label: 'Signed' },
    };
  },
};
