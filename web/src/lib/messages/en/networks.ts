import { counted } from '../../platform/quantities.ts';
import { field, figure, quoted, type SentenceWriter } from '../sentence.ts';

type Entry = Parameters<SentenceWriter>[0];

const why = (entry: Entry): { aside?: string } => {
  const reason = quoted(field(entry, 'reason'));
  return reason === undefined ? {} : { aside: reason };
};
const ruleCount = ({ data }: Entry): number => (Array.isArray(data['rules']) ? data['rules'].length : 0);

export const networkSentences: Record<string, SentenceWriter> = {
  'access.NetworkRulesSet': (entry) => ({
    words: [
      ruleCount(entry) === 0
        ? 'let people and programs come from anywhere'
        : `set ${counted(ruleCount(entry), 'rule')} for the networks people and programs come from`,
    ],
    glyph: { name: 'lock', label: 'Changed' },
  }),
  'access.ApiStopped': (entry) => ({
    words: ['stopped the API: no program is let in'],
    ...why(entry),
    glyph: { name: 'paused', label: 'Stopped' },
  }),
  'access.ApiResumed': (entry) => ({ words: ['let programs in again'], ...why(entry) }),
  'access.NetworksOpenedFromHost': (entry) => ({
    subject: 'Somebody on the host',
    words: [`took away ${counted(figure(entry, 'rules'), 'network rule')}`],
    ...why(entry),
    glyph: { name: 'warn', label: 'Look' },
  }),
};
