import { counted } from '../../platform/quantities.ts';
import { field, figure, nameOf, quoted, type SentenceWriter } from '../sentence.ts';

/** Why a rollout was stopped, as the end of a sentence. */
export const STOP_WORDS = {
  'failed-wave': 'a server of the last wave did not prove the version',
  'nothing-proven': 'no canary proved the version',
  person: 'somebody stopped it',
} as const;

const stopWords = (because: string): string => (STOP_WORDS as Record<string, string>)[because] ?? because;

export const releaseSentences: Record<string, SentenceWriter> = {
  'releases.RolloutStarted': (entry) => ({
    words: ['set agent ', { mono: field(entry, 'version') }, ' out to the fleet'],
    aside: quoted(field(entry, 'reason')),
  }),
  'releases.RolloutWaveStarted': (entry) => {
    const servers = entry.data['serverIds'];
    return {
      subject: 'A rollout',
      words: [
        `began wave ${figure(entry, 'wave')} with ${counted(Array.isArray(servers) ? servers.length : 0, 'server')}`,
      ],
    };
  },
  'releases.RolloutStopped': (entry) => ({
    ...(field(entry, 'because') === 'person' ? {} : { subject: 'A rollout' }),
    words:
      field(entry, 'because') === 'person'
        ? ['stopped a rollout of the agent']
        : [`stopped: ${stopWords(field(entry, 'because'))}`],
    aside: quoted(field(entry, 'reason')),
    glyph: { name: 'fail', label: 'Stopped' },
  }),
  'releases.RolloutFinished': (entry) => ({
    subject: 'A rollout',
    words: [`finished: ${counted(figure(entry, 'proven'), 'server')} proved the version`],
    aside: figure(entry, 'missed') > 0 ? `${figure(entry, 'missed')} did not answer in time` : undefined,
    glyph: { name: 'ok', label: 'Finished' },
  }),
  'releases.AgentUpdated': (entry) => ({
    subject: nameOf(entry, 'serverId', 'A server'),
    words: ['runs agent ', { mono: field(entry, 'version') }, ' and proved it'],
    aside: `before: ${field(entry, 'from')}`,
    glyph: { name: 'ok', label: 'Proven' },
  }),
};
