// Scans on demand: a server reads itself now, and how far it is with that.
import { z } from 'zod';
import { command } from '../define.ts';
import { accepted, target, timestamp, uuid } from '../values.ts';
import { checkId } from './values.ts';

/** The last time that this server was asked to scan itself at once. */
export const scanProgress = z.strictObject({
  operationId: uuid,
  taskId: uuid,
  /** asked: on its way to the server, or waiting for it. scanning: its agent has it. answered: all of it is here. */
  state: z.enum(['asked', 'scanning', 'answered', 'failed']),
  askedAt: timestamp,
  finishedAt: timestamp.nullable(),
  /** Reports that came since, of those that were asked for. */
  reports: z.int().nonnegative(),
  of: z.int().nonnegative(),
  /** Why there was no answer. */
  error: z.string().nullable(),
});
export type ScanProgress = z.infer<typeof scanProgress>;

export const ScanServers = command('posture.ScanServers', {
  risk: 'low',
  on: ['target', 'target'],
  roles: ['operator', 'security'],
  sentence: 'Have a server, a group or the fleet read itself now, all of it or what one check needs',
  input: z.strictObject({ target, checkId: checkId.optional() }),
  output: accepted.extend({
    operationId: uuid,
    servers: z.int().nonnegative(),
    /** Servers that were not asked: their agents run without a root helper, which takes tasks. */
    skipped: z.int().nonnegative(),
  }),
});
