// The life of one finding, and what somebody does about it.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { accepted, reason, timestamp, uuid } from '../values.ts';
import { checkView } from './checks.ts';
import { serverRef } from './inventory.ts';
import { scanProgress } from './scans.ts';
import { evidence, severity, subject } from './values.ts';

/** What somebody answers for, so that its check finds nothing wrong with it. */
const approvedBy = z.strictObject({ owner: z.string(), approvedAt: timestamp, reviewAt: timestamp });

/** One line of a finding's life. */
const findingMoment = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('opened'), at: timestamp, evidence }),
  z.strictObject({ what: z.literal('changed'), at: timestamp, evidence }),
  z.strictObject({ what: z.literal('accepted'), at: timestamp, until: timestamp, reason: z.string() }),
  z.strictObject({ what: z.literal('open-again'), at: timestamp }),
  z.strictObject({
    what: z.literal('closed'),
    at: timestamp,
    /** What closed it, when it is still there; null when it is mended or gone. */
    approval: approvedBy.nullable(),
  }),
  z.strictObject({ what: z.literal('taken'), at: timestamp, by: z.string(), taken: z.boolean() }),
  z.strictObject({ what: z.literal('comment'), at: timestamp, by: z.string(), comment: z.string() }),
]);
export type FindingMoment = z.infer<typeof findingMoment>;

/** What a person does, one after the other. Nothing is carried out: the lines are there to be copied. */
const guideStep = z.strictObject({
  say: z.string(),
  /** For a root shell on that server, its values quoted; null where there is nothing to run, or nothing safe. */
  command: z.string().nullable(),
  /** Shows whether it worked, and changes nothing. */
  verify: z.string().nullable(),
});
export type GuideStep = z.infer<typeof guideStep>;

export const GetFinding = query('posture.GetFinding', {
  risk: 'low',
  on: ['server', 'serverId'],
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Read the life of one finding: when it opened, changed, was accepted and closed, who has it, what was said',
  input: z.strictObject({ serverId: uuid, findingId: uuid }),
  output: z.strictObject({
    check: checkView,
    server: serverRef,
    subject: subject.nullable(),
    severity,
    /** It is there now, accepted or not. */
    open: z.boolean(),
    owner: z.string().nullable(),
    /** The caller has it. */
    mine: z.boolean(),
    /** With the values of this server; null where the check has no steps but its `fix` and `undo`. */
    guide: z.strictObject({ mend: z.array(guideStep), undo: z.array(guideStep) }).nullable(),
    /** Newest first. */
    moments: z.array(findingMoment),
    scan: scanProgress.nullable(),
  }),
});
export const TakeFinding = command('posture.TakeFinding', {
  risk: 'low',
  on: ['server', 'serverId'],
  roles: ['operator', 'security'],
  sentence: 'Take an open finding upon yourself, or let it go',
  input: z.strictObject({ serverId: uuid, findingId: uuid, take: z.boolean().default(true) }),
  output: accepted,
});
export const CommentOnFinding = command('posture.CommentOnFinding', {
  risk: 'low',
  on: ['server', 'serverId'],
  roles: ['operator', 'security'],
  sentence: 'Write something down about a finding, for whoever looks at it next',
  input: z.strictObject({ serverId: uuid, findingId: uuid, comment: reason }),
  output: accepted,
});
