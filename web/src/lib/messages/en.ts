// The message catalogue, English. Every event type of the contracts has a sentence; a missing one fails the tests.
import type { AuditEntry } from '@muster/contracts/audit';
import { policyName, type Sentence, type SentenceWriter } from './sentence.ts';
import { accessSentences } from './en/access.ts';
import { auditSentences } from './en/audit.ts';
import { banSentences } from './en/bans.ts';
import { clientSentences } from './en/clients.ts';
import { operationSentences } from './en/operations.ts';
import { postureSentences } from './en/posture.ts';
import { reviewSentences } from './en/reviews.ts';
import { releaseSentences } from './en/releases.ts';
import { serverSentences } from './en/servers.ts';

export const sentences: Readonly<Record<string, SentenceWriter>> = {
  ...accessSentences,
  ...serverSentences,
  ...operationSentences,
  ...releaseSentences,
  ...banSentences,
  ...clientSentences,
  ...auditSentences,
  ...postureSentences,
  ...reviewSentences,
};

/** Who did it, as a name. */
export function subjectOf(entry: AuditEntry): string {
  const { kind, id, name } = entry.actor;
  if (name !== null) return name;
  switch (kind) {
    case 'person':
      return 'Somebody';
    case 'token':
      return 'A token';
    case 'policy':
      return policyName(id);
    case 'schedule':
      return `Schedule “${id}”`;
    case 'break-glass':
      return 'Break-glass access';
    case 'agent':
      return entry.names[id.replace(/^server:/, '')] ?? 'A server';
    case 'anonymous':
      return 'Anonymous';
    case 'system':
      return 'Muster';
  }
}

/** An event in words. A type from a newer control plane is shown by its name rather than not at all. */
export function sentenceOf(entry: AuditEntry): Sentence & { subject: string } {
  const writer = sentences[entry.type];
  const sentence: Sentence = writer === undefined ? { words: ['recorded ', { mono: entry.type }] } : writer(entry);
  return { ...sentence, subject: sentence.subject ?? subjectOf(entry) };
}
