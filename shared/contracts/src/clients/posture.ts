// What checks find on a client's sites and on servers of its own, now, at a past moment, and day by day.
import { z } from 'zod';
import { query } from '../define.ts';
import { area, checkId, evidence, scoreFormula, severity } from '../posture/values.ts';
import { timestamp, uuid } from '../values.ts';

export const clientFinding = z.strictObject({
  findingId: uuid,
  check: z.strictObject({ checkId, title: z.string(), area, why: z.string() }),
  severity,
  server: z.string(),
  /** The site it is about; null: the server, which is the client’s own. */
  site: z.string().nullable(),
  /** Of a shared server only what is about the site, with the words for its fields. */
  evidence,
  words: z.record(z.string(), z.string()),
  since: timestamp,
  /** It was accepted until then; null: it is open. */
  acceptedUntil: timestamp.nullable(),
});
export type ClientFinding = z.infer<typeof clientFinding>;

export const GetClientPosture = query('clients.GetClientPosture', {
  risk: 'low',
  on: ['client', 'clientId'],
  roles: ['client-admin', 'client-viewer', 'operator', 'security'],
  sentence: 'Read what is open on a client’s sites and on servers of its own, worst first',
  input: z.strictObject({ clientId: uuid, at: timestamp.optional() }),
  output: z.strictObject({
    /** Of 100, the mean over its judged servers of what is its own there; null: none has been judged. */
    score: z.number().min(0).max(100).nullable(),
    formula: scoreFormula,
    findings: z.array(clientFinding),
    /** There are more than are listed. */
    more: z.boolean(),
    servers: z.array(
      z.strictObject({
        name: z.string(),
        judged: z.boolean(),
        /** null: never, or asked for a past moment: of that it is not kept. */
        judgedAt: timestamp.nullable(),
        /** Checks about its sites, or about its own server, that got no answer. */
        notKnown: z.int().nonnegative(),
      }),
    ),
  }),
});

export const clientTrendPoint = z.strictObject({
  at: timestamp,
  /** null: none of its servers had been judged by then. */
  score: z.number().min(0).max(100).nullable(),
  open: z.int().nonnegative(),
});
export const GetClientTrend = query('clients.GetClientTrend', {
  risk: 'low',
  on: ['client', 'clientId'],
  roles: ['client-admin', 'client-viewer', 'operator', 'security'],
  sentence: 'Read a client’s score and how much was open, day by day',
  input: z.strictObject({ clientId: uuid, days: z.coerce.number().int().min(1).max(90).default(30) }),
  output: z.strictObject({ points: z.array(clientTrendPoint) }),
});
export type ClientPosture = z.infer<typeof GetClientPosture.output>;
