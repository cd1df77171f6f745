// Intake: what the first scans of servers found, as a queue with one decision per check and not one per finding.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { accepted, reason, target, timestamp, uuid } from '../values.ts';
import { checkSummary } from './checks.ts';
import { checkId } from './values.ts';

export const waitingGroup = checkSummary.extend({
  servers: z.int().nonnegative(),
  findings: z.int().nonnegative(),
  since: timestamp,
  /** Some of the servers, by name. */
  names: z.array(z.string()).max(5),
});
export type WaitingGroup = z.infer<typeof waitingGroup>;

export const assignedGroup = checkSummary.extend({
  decisionId: uuid,
  owner: z.string(),
  dueAt: timestamp,
  /** What of it is not mended yet. */
  servers: z.int().nonnegative(),
  findings: z.int().nonnegative(),
});
export type AssignedGroup = z.infer<typeof assignedGroup>;

export const GetIntake = query('posture.GetIntake', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Read what first scans found and nobody has decided upon, grouped by check, and what is being mended',
  input: z.strictObject({ groupId: uuid.optional() }),
  output: z.strictObject({
    /** Worst first. */
    waiting: z.array(waitingGroup),
    /** By due date. */
    assigned: z.array(assignedGroup).max(200),
  }),
});

export const DecideIntake = command('posture.DecideIntake', {
  risk: 'high',
  on: ['target', 'target'],
  roles: ['operator', 'security'],
  sentence:
    'Decide upon what first scans found with one check: accept it until a date, mend it until one, or leave it open',
  input: z.strictObject({
    checkId,
    target,
    decision: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('accept'), until: timestamp }),
      /** By whoever decides. */
      z.strictObject({ kind: z.literal('assign'), dueAt: timestamp }),
      z.strictObject({ kind: z.literal('open') }),
    ]),
    reason,
  }),
  output: accepted.extend({ findings: z.int().nonnegative(), needsSecond: z.boolean() }),
});
