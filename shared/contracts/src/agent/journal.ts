// What a server's root helper remembers of the tasks it was given. After a restore the control plane asks for it: it is the
// only place that knows what was done after the backup was taken.
import { z } from 'zod';
import { lane } from '../operations/events.ts';
import { hostText, sha256, timestamp, uuid } from '../values.ts';
import { signed } from './envelope.ts';

/** A page of the journal is at most this large, so that its frame stays below the bound of frames. */
export const MAX_JOURNAL_PAGE_BYTES = 300_000;

export const journalEntry = z.strictObject({
  task: uuid,
  /** `over`: finished long ago or cancelled before it came; details are no longer kept. */
  state: z.enum(['received', 'started', 'done', 'over']),
  /** null for `over`, and for what was done before this agent remembered it. */
  about: z
    .strictObject({
      name: hostText(80),
      lane,
      seq: z.int().positive(),
      actor: hostText(120),
      /** SHA-256 of the canonical JSON of the task's arguments. */
      args: sha256,
    })
    .nullable(),
  /** When this state was reached. */
  at: timestamp,
  /** Signed by the host key; null when there is none yet, or when it is too large to be sent again. */
  receipt: signed.nullable(),
});
export type JournalEntry = z.infer<typeof journalEntry>;
