// Waivers: what a check finds is accepted, by whom, until when.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { accepted, reason, timestamp, uuid } from '../values.ts';
import { checkSummary } from './checks.ts';
import { checkId, subject, waiverTarget } from './values.ts';

/** A waiver ends after at most a year. */
export const LONGEST_WAIVER_DAYS = 366;
/** Its owner is told so long before. */
export const WAIVER_WARNING_DAYS = 3;

export const waiverView = z.strictObject({
  waiverId: uuid,
  check: checkSummary,
  target: waiverTarget,
  targetName: z.string(),
  subject: subject.nullable(),
  owner: z.string(),
  reason: z.string(),
  /** asked: a second person has to agree first. */
  state: z.enum(['asked', 'standing', 'ended']),
  askedAt: timestamp,
  until: timestamp,
  approvedBy: z.string().nullable(),
  endedAt: timestamp.nullable(),
  endedWhy: z.enum(['expired', 'ended-by-person', 'not-approved']).nullable(),
  /** Findings that it covers now. */
  covers: z.int().nonnegative(),
  /** The caller may be its second person. */
  mayApprove: z.boolean(),
});
export type WaiverView = z.infer<typeof waiverView>;

export const ListWaivers = query('posture.ListWaivers', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'List waivers: what was accepted, by whom, until when; all, or those that a group is under',
  input: z.strictObject({ groupId: uuid.optional(), ended: z.stringbool().default(false) }),
  output: z.strictObject({ waivers: z.array(waiverView) }),
});

export const AcceptRisk = command('posture.AcceptRisk', {
  risk: 'high',
  on: ['waiver-target', 'target'],
  roles: ['operator', 'security'],
  sentence: 'Accept what a check finds on a server, a group, the fleet or what is a client’s until a date',
  input: z.strictObject({
    checkId,
    target: waiverTarget,
    subject: subject.nullable().default(null),
    reason,
    until: timestamp,
  }),
  output: accepted.extend({ waiverId: uuid, needsSecond: z.boolean() }),
});
export const ApproveWaiver = command('posture.ApproveWaiver', {
  risk: 'high',
  on: ['waiver', 'waiverId'],
  roles: ['operator', 'security'],
  sentence: 'Agree, as the second person, to a waiver of a critical finding',
  input: z.strictObject({ waiverId: uuid }),
  output: accepted,
});
export const EndWaiver = command('posture.EndWaiver', {
  risk: 'medium',
  on: ['waiver', 'waiverId'],
  roles: ['operator', 'security'],
  sentence: 'End a waiver before its time, so that what it covered is open again',
  input: z.strictObject({ waiverId: uuid, reason }),
  output: accepted,
});
