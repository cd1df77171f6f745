import { count, counted, listed } from '../../platform/quantities.ts';
import { field, figure, nameOf, quoted, type SentenceWriter } from '../sentence.ts';

const server = (entry: Parameters<SentenceWriter>[0]): string => nameOf(entry, 'serverId', 'a server');
const group = (entry: Parameters<SentenceWriter>[0]): string => nameOf(entry, 'groupId', 'a group');
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

const CAPABILITIES: Record<string, string> = { bans: 'bans', inventory: 'the inventory' };
const FACTS: Record<string, string> = { os: 'system', ports: 'listening ports', disks: 'disks' };

export const serverSentences: Record<string, SentenceWriter> = {
  'servers.EnrolmentOpened': (entry) => ({
    words:
      field(entry, 'name') === ''
        ? ['opened an enrolment']
        : ['opened an enrolment for ', { bold: field(entry, 'name') }],
    aside: 'a one-time token was issued',
  }),
  'servers.EnrolmentCancelled': () => ({ words: ['withdrew an enrolment token'], aside: 'it was not used' }),
  'servers.ServerEnrolled': (entry) => ({
    subject: field(entry, 'name'),
    words: ['was enrolled and observes'],
    aside: `its fingerprint is not confirmed yet · agent ${field(entry, 'agentVersion')}`,
  }),
  'servers.FingerprintConfirmed': (entry) => ({
    words: ['confirmed the fingerprint of ', { bold: server(entry) }],
    aside: field(entry, 'fingerprint').slice(0, 16),
    glyph: { name: 'seal', label: 'Confirmed' },
  }),
  'servers.CapabilitySet': (entry) => {
    const what = CAPABILITIES[field(entry, 'capability')] ?? field(entry, 'capability');
    return field(entry, 'mode') === 'managed'
      ? { words: [`let Muster manage ${what} on `, { bold: server(entry) }] }
      : { words: [`took ${what} on `, { bold: server(entry) }, ' back to observe'] };
  },
  'servers.ServerRenamed': (entry) => ({ words: ['named a server ', { bold: field(entry, 'name') }] }),
  'servers.ServerTagged': (entry) => {
    const tags = texts(entry.data['tags']);
    return {
      words:
        tags.length === 0 ? ['took all tags from ', { bold: server(entry) }] : ['tagged ', { bold: server(entry) }],
      aside: tags.length === 0 ? undefined : tags.join(', '),
    };
  },
  'servers.ServerRetired': (entry) => ({
    words: ['retired ', { bold: server(entry) }],
    aside: quoted(field(entry, 'reason')),
  }),
  'servers.ServerWentSilent': (entry) => ({
    subject: server(entry),
    words: ['stopped answering'],
    glyph: { name: 'silent', label: 'Silent' },
  }),
  'servers.ServerAnswered': (entry) => ({
    subject: server(entry),
    words: ['answers'],
    aside: `agent ${field(entry, 'agentVersion')}`,
    glyph: { name: 'ok', label: 'Answers' },
  }),
  'servers.IdentityConflictFound': (entry) => ({
    subject: server(entry),
    words: ['signed in from two machines with one identity'],
    aside: 'both are quarantined',
    glyph: { name: 'critical', label: 'Critical' },
  }),
  'servers.KeyRotationAsked': (entry) => ({
    words: ['asked ', { bold: server(entry) }, ' for a new identity key'],
    aside: quoted(field(entry, 'reason')),
  }),
  'servers.KeyRotated': (entry) => ({
    subject: server(entry),
    words: ['signed in with a new identity key'],
    aside: `the old one is refused from now on · fingerprint ${field(entry, 'fingerprint').slice(0, 8)}`,
    glyph: { name: 'ok', label: 'Done' },
  }),
  'servers.FormerKeyRefused': (entry) => ({
    subject: server(entry),
    words: ['was impersonated from ', { mono: field(entry, 'source') }, ' with a key that it no longer has'],
    aside: 'it was refused',
    glyph: { name: 'critical', label: 'Critical' },
  }),
  'servers.FactsChanged': (entry) => ({
    subject: server(entry),
    words: [`reported new ${listed(texts(entry.data['changed']).map((name) => FACTS[name] ?? name)) || 'facts'}`],
    aside: `sha256 ${field(entry, 'sha256').slice(0, 8)}`,
  }),
  'servers.TelemetryLost': (entry) => ({
    subject: server(entry),
    words: [`dropped ${counted(figure(entry, 'dropped'), 'report')} of kind `, { mono: field(entry, 'kind') }],
    aside: 'its spool was full',
    glyph: { name: 'warn', label: 'Look' },
  }),
  'servers.AgentUninstalled': (entry) => ({
    subject: server(entry),
    words: ['removed the agent'],
    aside: `${count(texts(entry.data['restored']).length)} restored, ${count(texts(entry.data['left']).length)} left in place`,
  }),
  'servers.GroupCreated': (entry) => ({ words: ['created the group ', { bold: field(entry, 'name') }] }),
  'servers.GroupRenamed': (entry) => ({ words: ['named a group ', { bold: field(entry, 'name') }] }),
  'servers.GroupDeleted': (entry) => ({ words: ['deleted ', { bold: group(entry) }], aside: 'its servers stay' }),
  'servers.GroupMembersSet': (entry) => {
    const added = texts(entry.data['added']).map((id) => entry.names[id] ?? 'a server');
    const removed = texts(entry.data['removed']).map((id) => entry.names[id] ?? 'a server');
    const changes = [
      added.length > 0 ? `put ${listed(added)} into` : '',
      removed.length > 0 ? `took ${listed(removed)} out of` : '',
    ].filter((part) => part !== '');
    return { words: [`${changes.join(' and ') || 'left unchanged'} `, { bold: group(entry) }] };
  },
};
